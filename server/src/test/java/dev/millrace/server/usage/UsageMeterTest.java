package dev.millrace.server.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.server.model.Caller;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.testing.PuppetClock;
import dev.millrace.server.testing.TrainingRig;
import dev.millrace.server.training.TrainingJob;
import dev.millrace.server.training.TrainingJobs;
import dev.millrace.server.training.TrainingOrder;
import java.time.Duration;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;

/** What the meter hears of is counted and charged to whom it belongs. */
final class UsageMeterTest {
  private static final Caller A = new Caller("a");
  private static final VersionId VERSION = new VersionId(new ModelName("m"), 3);

  private final MemoryUsageStore store = new MemoryUsageStore();
  private final TrainingRig rig = new TrainingRig();
  private final PuppetClock clock = rig.clock();
  private final Terms terms =
      TermsFile.parse(
          """
          prices: {currency: EUR, million-requests: 1000000, compute-hour: 1, training-hour: 10}
          default:
            compute-milliseconds: {rate: 1/s, burst: 100}
            training-seconds: {rate: 1/s, burst: 100}
            budget: {month: 100}
          """);
  private final Quotas quotas = new Quotas(() -> terms, why -> {}, () -> 7);
  private final Budgets budgets = new Budgets(() -> terms, why -> {}, clock);
  private UsageLedger ledger = new UsageLedger(store, clock);
  private UsageMeter meter = new UsageMeter(ledger, quotas, budgets, clock);

  @Test
  void onAnswered_andTheOthers_areInTheLedger() {
    meter.onAnswered(A, VERSION, 4, 30, 50);
    meter.onComputed(A, VERSION, 1_000_000);
    meter.onSaved(A, VERSION, 500);
    ledger.flush();
    assertThat(store.used)
        .containsEntry(
            new UsageKey(UsageKey.hourOf(clock.instant()), "a", "m", 3),
            new Amounts(1, 4, 30, 50, 1_000_000, 0, 500));
    assertThat(spent()).isEqualTo(1 + 1.0 / 3_600_000);
  }

  @Test
  void onComputed_forTheServerItself_isOnItsAccountAndInNoBudget() {
    meter.onComputed(Caller.UNKNOWN, VERSION, 1_000_000);
    ledger.flush();
    assertThat(store.used)
        .containsOnlyKeys(
            new UsageKey(UsageKey.hourOf(clock.instant()), UsageLedger.SERVER, "m", 3));
    assertThat(budgets.statuses()).isEmpty();
  }

  @Test
  void onComputed_moreThanTheQuota_isOwed() {
    meter.onComputed(A, VERSION, Duration.ofMillis(99).toNanos());
    quotas.admit(A, EnumSet.of(QuotaKind.COMPUTE));
    meter.onComputed(A, VERSION, Duration.ofMillis(1).toNanos());
    assertThatThrownBy(() -> quotas.admit(A, EnumSet.of(QuotaKind.COMPUTE)))
        .hasMessageContaining("compute time");
  }

  @Test
  void onEvent_jobOfACaller_isChargedToItByTheTimeItRan() {
    TrainingJobs jobs = rig.open(meter);
    TrainingJob job = jobs.create(TrainingOrder.ofRecipe(""), "", A);
    assertThat(job.record().caller()).isEqualTo("a");
    clock.advance(Duration.ofSeconds(60));
    rig.trainer().run(0).checkpoint(10);
    quotas.admit(A, EnumSet.of(QuotaKind.TRAINING));
    assertThat(spent()).isCloseTo(60 / 360.0, within(1e-9));
    clock.advance(Duration.ofSeconds(60));
    jobs.cancel(job.record().id(), "");
    assertThatThrownBy(() -> quotas.admit(A, EnumSet.of(QuotaKind.TRAINING)))
        .hasMessageContaining("seconds of training");
    ledger.flush();
    assertThat(store.used)
        .containsEntry(
            new UsageKey(UsageKey.hourOf(clock.instant()), "a", "mnist", 0),
            Amounts.ofTraining(Duration.ofSeconds(120).toNanos()));
  }

  @Test
  void onRestored_serverDiedInTheMidst_countsEachSecondOnce() {
    TrainingJobs jobs = rig.open(meter);
    jobs.create(TrainingOrder.ofRecipe(""), "", A);
    clock.advance(Duration.ofSeconds(10));
    rig.trainer().run(0).checkpoint(10);
    ledger.flush();
    clock.advance(Duration.ofSeconds(5));
    rig.trainer().run(0).checkpoint(20);
    // The second part was not written when the server died, and an hour passes.
    clock.advance(Duration.ofMinutes(50));
    ledger = new UsageLedger(store, clock);
    meter = new UsageMeter(ledger, quotas, budgets, clock);
    rig.prepare(meter);
    ledger.flush();
    assertThat(store.of("a").trainingNanos()).isEqualTo(Duration.ofSeconds(15).toNanos());
    ledger = new UsageLedger(store, clock);
    meter = new UsageMeter(ledger, quotas, budgets, clock);
    rig.prepare(meter);
    ledger.flush();
    assertThat(store.of("a").trainingNanos()).isEqualTo(Duration.ofSeconds(15).toNanos());
  }

  @Test
  void onEvent_jobOfTheServerItself_isCountedAndChargedToNobody() {
    TrainingJobs jobs = rig.open(meter);
    TrainingJob job = jobs.create(TrainingOrder.ofRecipe(""), "");
    clock.advance(Duration.ofHours(9));
    jobs.cancel(job.record().id(), "");
    ledger.flush();
    assertThat(store.of(UsageLedger.SERVER).trainingNanos())
        .isEqualTo(Duration.ofHours(9).toNanos());
    quotas.admit(Caller.UNKNOWN, EnumSet.allOf(QuotaKind.class));
  }

  private double spent() {
    return budgets.of("a").orElseThrow().spent();
  }
}
