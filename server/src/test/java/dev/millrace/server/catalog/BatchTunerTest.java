package dev.millrace.server.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.model.BatchPlan;
import dev.millrace.server.model.BatchPlan.Measurement;
import dev.millrace.server.model.BatchingSettings;
import dev.millrace.server.model.Deadline;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.Signature;
import dev.millrace.server.tensor.Shape;
import dev.millrace.server.tensor.TensorData;
import dev.millrace.server.testing.Floats;
import dev.millrace.server.testing.PuppetNanos;
import dev.millrace.server.testing.ScriptedServable;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

final class BatchTunerTest {
  private static final Duration TARGET = Duration.ofMillis(50);

  private final PuppetNanos clock = new PuppetNanos();
  private LongSupplier runClock = clock;
  // A run costs 4 ms and 1 ms a row.
  private final ScriptedServable servable =
      ScriptedServable.ofFloats().taking(clock, rows -> Duration.ofMillis(4 + rows));
  private TensorData row = Floats.of(Shape.of(1, 2), 1, 2);

  @Test
  void tune_latencyTarget_boundsTheSize() {
    BatchPlan plan = tune(settings(0, TARGET));
    assertThat(sizes(plan)).containsExactly(1, 2, 4, 8, 16, 32, 64);
    assertThat(plan.bestSize()).isEqualTo(32);
    assertThat(plan.tried().get(5).latency()).isEqualTo(Duration.ofMillis(36));
    assertThat(plan.explanation()).contains("32 rows run in 36.0 ms", "889 rows/s", "50 ms");
  }

  @Test
  void tune_throughputFlat_takesTheKnee() {
    servable.taking(clock, rows -> Duration.ofMillis(rows <= 8 ? 8 : rows));
    BatchPlan plan = tune(settings(0, Duration.ofSeconds(1)));
    assertThat(sizes(plan)).endsWith(64, 128);
    assertThat(plan.bestSize()).isEqualTo(8);
  }

  @Test
  void tune_oneRowAboveTarget_choosesOne() {
    BatchPlan plan = tune(settings(0, Duration.ofMillis(4)));
    assertThat(sizes(plan)).containsExactly(1);
    assertThat(plan.batchable()).isTrue();
    assertThat(plan.bestSize()).isEqualTo(1);
    assertThat(plan.explanation()).isEqualTo("one row takes longer than the target of 4 ms");
  }

  @Test
  void tune_maxSize_isTheLastTried() {
    assertThat(sizes(tune(settings(10, TARGET)))).containsExactly(1, 2, 4, 8, 10);
    assertThat(sizes(tune(settings(1, TARGET)))).containsExactly(1);
  }

  @Test
  void tune_allowedSizes_areTheOnlyOnesTried() {
    BatchPlan plan = tune(new BatchingSettings(true, 24, List.of(6, 20, 40), TARGET, TARGET));
    assertThat(sizes(plan)).containsExactly(6, 20);
    assertThat(plan.bestSize()).isEqualTo(20);
  }

  @Test
  void tune_leastAllowedSizeAboveTarget_isChosenAllTheSame() {
    BatchPlan plan = tune(new BatchingSettings(true, 0, List.of(64, 128), TARGET, TARGET));
    assertThat(plan.bestSize()).isEqualTo(64);
    assertThat(plan.explanation()).startsWith("64 rows, the fewest allowed, take longer");
  }

  @Test
  void tune_timeIsUp_choosesAmongWhatWasTried() {
    servable.taking(clock, rows -> Duration.ofMillis(400));
    BatchPlan plan = tune(settings(0, Duration.ofSeconds(1)));
    assertThat(servable.rows()).containsExactly(1, 1, 1, 2, 2);
    assertThat(plan.bestSize()).isEqualTo(2);
  }

  @Test
  void tune_rowsOfManyBytes_stopAt64MiB() {
    servable.taking(clock, rows -> Duration.ofMillis(1));
    row = Floats.of(Shape.of(1, 5 << 20), new float[5 << 20]);
    assertThat(sizes(tune(settings(0, TARGET)))).containsExactly(1, 2);
  }

  @Test
  void tune_outputsOfManyBytes_stopAt64MiB() {
    servable
        .taking(clock, rows -> Duration.ofMillis(1))
        .answering(
            x ->
                TensorData.join(
                    Collections.nCopies(
                        (int) x.shape().size(0),
                        Floats.of(Shape.of(1, 3 << 20), new float[3 << 20]))));
    assertThat(sizes(tune(settings(0, TARGET)))).containsExactly(1, 2, 4);
  }

  @Test
  void tune_modelRefusesLargeRuns_choosesAmongTheSmallOnes() {
    servable.answering(
        x -> {
          if (x.shape().size(0) > 4) {
            throw new ServingException(ErrorReason.VALUE_REJECTED, "at most 4");
          }
          return x;
        });
    BatchPlan plan = tune(settings(0, TARGET));
    assertThat(sizes(plan)).containsExactly(1, 2, 4);
    assertThat(plan.bestSize()).isEqualTo(4);
  }

  @Test
  void tune_modelRefusesTheLeastSize_runsRequestsAlone() {
    servable.answering(
        x -> {
          throw new ServingException(ErrorReason.VALUE_REJECTED, "none");
        });
    BatchPlan plan = tune(new BatchingSettings(true, 0, List.of(8), TARGET, TARGET));
    assertThat(plan.batchable()).isFalse();
    assertThat(plan.explanation()).isEqualTo("the model refused a run of 8 rows");
  }

  @Test
  void tune_formerPlanAndSameSpeed_isKeptWithoutMeasuringAll() {
    BatchPlan former = tune(settings(0, TARGET));
    servable.rows().clear();
    BatchPlan kept = tune(settings(0, TARGET), former);
    assertThat(servable.rows()).containsExactly(32, 32, 32);
    assertThat(kept.bestSize()).isEqualTo(32);
    assertThat(kept.tried()).isEqualTo(former.tried());
    assertThat(kept.explanation()).isEqualTo("as for the version before: " + former.explanation());
    assertThat(tune(settings(0, TARGET), kept)).isEqualTo(kept);
  }

  @Test
  void tune_formerPlanAndAnotherSpeed_isMeasuredAnew() {
    BatchPlan former = tune(settings(0, TARGET));
    servable.taking(clock, rows -> Duration.ofMillis(2 * (4 + rows) + 5));
    assertThat(tune(settings(0, TARGET), former).bestSize()).isEqualTo(16);
    servable.taking(clock, rows -> Duration.ofMillis(1 + rows / 4));
    assertThat(tune(settings(0, TARGET), former).bestSize()).isEqualTo(64);
  }

  @Test
  void tune_formerPlanIsAboveTheTargetNow_isMeasuredAnew() {
    BatchPlan former = tune(settings(0, TARGET));
    servable.taking(clock, rows -> Duration.ofMillis(20 + rows));
    assertThat(tune(settings(0, TARGET), former).bestSize()).isEqualTo(16);
  }

  @Test
  void tune_formerPlanOfASizeNotAllowedNow_isMeasuredAnew() {
    BatchPlan former = tune(settings(0, TARGET));
    assertThat(tune(settings(8, TARGET), former).bestSize()).isEqualTo(8);
  }

  @Test
  void tune_othersKeepTheCoresBusy_measuresTheRunsOwnTime() {
    PuppetNanos own = new PuppetNanos();
    runClock = own;
    servable.taking(
        clock,
        rows -> {
          own.pass(Duration.ofMillis(4 + rows));
          return Duration.ofMillis(rows == 8 ? 90 : 8 + rows);
        });
    BatchPlan plan = tune(settings(0, TARGET));
    assertThat(plan.tried().get(3).latency()).isEqualTo(Duration.ofMillis(12));
    assertThat(plan.bestSize()).isEqualTo(32);
  }

  @Test
  void choose_measurementsInDisorder_takesTheSmallestWithin5Percent() {
    List<Measurement> tried =
        List.of(
            new Measurement(1, Duration.ofMillis(10)),
            new Measurement(2, Duration.ofMillis(11)),
            new Measurement(4, Duration.ofMillis(40)));
    assertThat(BatchTuner.choose(tried, settings(0, TARGET)).bestSize()).isEqualTo(2);
  }

  private BatchPlan tune(BatchingSettings settings, BatchPlan... former) {
    return new BatchTuner(
            (name, inputs, outputs) -> servable.run(name, inputs, outputs, Deadline.NONE),
            settings,
            clock,
            runClock)
        .tune(
            Signature.DEFAULT_NAME,
            servable.signatures().get(Signature.DEFAULT_NAME),
            Map.of("x", row),
            Arrays.stream(former).findFirst());
  }

  private static BatchingSettings settings(int maxSize, Duration target) {
    return new BatchingSettings(true, maxSize, List.of(), Duration.ZERO, target);
  }

  private static List<Integer> sizes(BatchPlan plan) {
    return plan.tried().stream().map(Measurement::rows).toList();
  }
}
