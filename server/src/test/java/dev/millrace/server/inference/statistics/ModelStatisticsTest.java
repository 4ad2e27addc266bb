package dev.millrace.server.inference.statistics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.catalog.VersionStatus;
import dev.millrace.server.inference.InferenceRequest;
import dev.millrace.server.inference.InferenceResponse;
import dev.millrace.server.inference.statistics.VersionStatistics.Total;
import dev.millrace.server.model.AdmissionSettings;
import dev.millrace.server.model.Caller;
import dev.millrace.server.model.Deadline;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.Priority;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.model.VersionState;
import dev.millrace.server.scheduling.BatchRule;
import dev.millrace.server.scheduling.Lane;
import dev.millrace.server.scheduling.RunTime;
import dev.millrace.server.testing.PuppetClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ModelStatisticsTest {
  private static final VersionId ONE = new VersionId(new ModelName("m"), 1);
  private static final VersionId TWO = new VersionId(new ModelName("m"), 2);
  private static final Duration MILLI = Duration.ofMillis(1);

  private final PuppetClock clock = new PuppetClock();
  private final ModelStatistics statistics = new ModelStatistics(clock);

  @BeforeEach
  void load() {
    statistics.onChange(status(ONE, VersionState.AVAILABLE));
  }

  @Test
  void of_aVersionThatDidNothing_isZeroEverywhere() {
    VersionStatistics none = of(ONE);
    assertThat(none.lastRequest()).isEqualTo(Instant.EPOCH);
    assertThat(none.rows()).isZero();
    assertThat(none.runs()).isZero();
    assertThat(none.success()).isEqualTo(new Total(0, 0));
    assertThat(none.batches()).isEmpty();
    assertThat(statistics.of(TWO)).isEmpty();
  }

  @Test
  void onEnd_ofAnsweredRequests_countsThemForTheVersionThatAnswered() {
    statistics.onChange(status(TWO, VersionState.AVAILABLE));
    clock.advance(Duration.ofSeconds(5));
    answer(ONE, MILLI);
    answer(ONE, MILLI.multipliedBy(2));
    answer(TWO, MILLI);
    assertThat(of(ONE).success()).isEqualTo(new Total(2, 3_000_000));
    assertThat(of(ONE).lastRequest()).isEqualTo(clock.instant());
    assertThat(of(TWO).success()).isEqualTo(new Total(1, 1_000_000));
  }

  @Test
  void onEnd_ofFailedRequests_countsThoseThatAVersionHadTakenOn() {
    ServingException refused = new ServingException(ErrorReason.VALUE_REJECTED, "no");
    fail(refused.of(ONE));
    fail(new CompletionException(refused.of(ONE)));
    fail(refused);
    fail(new IllegalStateException("a defect"));
    assertThat(of(ONE).fail()).isEqualTo(new Total(2, 2_000_000));
    assertThat(of(ONE).success().count()).isZero();
    assertThat(of(ONE).lastRequest()).isEqualTo(clock.instant());
  }

  @Test
  void onPhases_ofRuns_countsPiecesAndRowsAndEachSizeByItself() {
    Lane lane = lane(ONE);
    statistics.onStarted(lane, 10);
    statistics.onStarted(lane, 30);
    statistics.onPhases(lane, 2, 8, 1, 20, 3);
    statistics.onPhases(lane, 1, 8, 1, 20, 3);
    statistics.onPhases(lane, 1, 1, 5, 6, 7);
    VersionStatistics counted = of(ONE);
    assertThat(counted.queue()).isEqualTo(new Total(2, 40));
    assertThat(counted.runs()).isEqualTo(3);
    assertThat(counted.rows()).isEqualTo(17);
    // Each request of a run has waited for the whole of it.
    assertThat(counted.input()).isEqualTo(new Total(4, 2 * 1 + 1 + 5));
    assertThat(counted.infer()).isEqualTo(new Total(4, 2 * 20 + 20 + 6));
    assertThat(counted.output()).isEqualTo(new Total(4, 2 * 3 + 3 + 7));
    assertThat(counted.batches().keySet()).containsExactly(1, 8);
    assertThat(counted.batches().get(8).infer()).isEqualTo(new Total(2, 40));
    assertThat(counted.batches().get(1).output()).isEqualTo(new Total(1, 7));
  }

  @Test
  void onPhases_ofMoreSizesThanAreKept_goesOnWithTheSums() {
    for (int rows = 1; rows <= 2000; rows++) {
      statistics.onPhases(lane(ONE), 1, rows, 1, 1, 1);
    }
    assertThat(of(ONE).batches()).hasSize(1024);
    assertThat(of(ONE).runs()).isEqualTo(2000);
    statistics.onPhases(lane(ONE), 1, 7, 1, 1, 1);
    assertThat(of(ONE).batches().get(7).infer().count()).isEqualTo(2);
  }

  @Test
  void onPhases_ofAClockThatWentBack_takesNothingAway() {
    statistics.onPhases(lane(ONE), 1, 1, -5, 10, 0);
    assertThat(of(ONE).input()).isEqualTo(new Total(1, 0));
    assertThat(of(ONE).infer()).isEqualTo(new Total(1, 10));
  }

  @Test
  void onLookUp_intoTheCache_tellsHitsFromMisses() {
    statistics.onLookUp(ONE, "s", true, 5);
    statistics.onLookUp(ONE, "s", true, 5);
    statistics.onLookUp(ONE, "s", false, 7);
    assertThat(of(ONE).cacheHit()).isEqualTo(new Total(2, 10));
    assertThat(of(ONE).cacheMiss()).isEqualTo(new Total(1, 7));
  }

  @Test
  void onChange_toReleased_forgetsAndBeginsAnewWithTheNextLoad() {
    answer(ONE, MILLI);
    statistics.onChange(status(ONE, VersionState.RELEASED));
    assertThat(statistics.of(ONE)).isEmpty();
    // A request that ends after its version's release is counted nowhere.
    answer(ONE, MILLI);
    assertThat(statistics.of(ONE)).isEmpty();
    statistics.onChange(status(ONE, VersionState.PENDING));
    assertThat(of(ONE).success().count()).isZero();
  }

  private VersionStatistics of(VersionId version) {
    return statistics.of(version).orElseThrow();
  }

  private void answer(VersionId version, Duration taken) {
    statistics.onEnd(request(), new InferenceResponse(version, "s", Map.of()), null, taken);
  }

  private void fail(Throwable failure) {
    statistics.onEnd(request(), null, failure, MILLI);
  }

  private static InferenceRequest request() {
    return new InferenceRequest(
        ModelReference.parse("m"),
        "s",
        Map.of(),
        List.of(),
        Deadline.NONE,
        () -> false,
        Priority.NORMAL,
        Caller.UNKNOWN);
  }

  private static Lane lane(VersionId version) {
    return new Lane(
        new Lane.Key(version, "s", List.of(), List.of()),
        BatchRule.alone(false),
        AdmissionSettings.DEFAULT,
        new RunTime(List.of()));
  }

  private static VersionStatus status(VersionId version, VersionState state) {
    return new VersionStatus(
        version, state, Optional.empty(), "", Instant.EPOCH, new TreeMap<>(), Optional.empty(), 1);
  }
}
