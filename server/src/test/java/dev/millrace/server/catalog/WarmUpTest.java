package dev.millrace.server.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.server.model.BatchPlan;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ExecutionMode;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ModelSettings;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.Signature;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.tensor.Shape;
import dev.millrace.server.tensor.ShapeSpec;
import dev.millrace.server.testing.Floats;
import dev.millrace.server.testing.PuppetNanos;
import dev.millrace.server.testing.ScriptedServable;
import dev.millrace.server.testing.SettingsOf;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class WarmUpTest {
  private static final String NAME = Signature.DEFAULT_NAME;
  private static final ModelSettings UP_TO_2 = SettingsOf.batching(2, List.of());

  private final PuppetNanos clock = new PuppetNanos();
  private final ScriptedServable servable = ScriptedServable.ofFloats();
  private final List<WarmUpRequest> records = new ArrayList<>();

  @Test
  void run_noRecords_makesInputsUpAndReportsFirstAndLast() {
    int[] runs = {0};
    servable.taking(clock, rows -> Duration.ofMillis(runs[0]++ == 0 ? 90 : 1));
    WarmUpReport report = run(UP_TO_2, 3);
    assertThat(report.firstRequest()).isEqualTo(Duration.ofMillis(90));
    assertThat(report.lastRequest()).isEqualTo(Duration.ofMillis(1));
    assertThat(report.loadDuration()).isEqualTo(Duration.ofSeconds(7));
    assertThat(report.records()).isZero();
    assertThat(report.requests()).isEqualTo(servable.rows().size());
    assertThat(servable.rows()).contains(2).endsWith(1);
    assertThat(report.skipped()).isEmpty();
    assertThat(report.plan(NAME).bestSize()).isEqualTo(2);
  }

  @Test
  void run_records_areRunAsTheyAreAndMeasuredWith() {
    records.add(
        new WarmUpRequest(
            NAME, Map.of("x", Floats.of(Shape.of(3, 2), 9, 9, 8, 8, 7, 7)), List.of()));
    List<Float> seen = new ArrayList<>();
    servable.answering(
        x -> {
          for (float value : Floats.values(x)) {
            seen.add(value);
          }
          return x;
        });
    WarmUpReport report = run(UP_TO_2, 3);
    assertThat(report.records()).isEqualTo(1);
    assertThat(servable.rows().get(0)).isEqualTo(3);
    assertThat(seen).containsOnly(9f, 8f, 7f);
    assertThat(report.plan(NAME).batchable()).isTrue();
  }

  @Test
  void run_recordsOfUnequalRowShapes_areNotJoined() {
    servable.with(NAME, ScriptedServable.signature(ShapeSpec.of(-1, -1)));
    records.add(new WarmUpRequest(NAME, Map.of("x", Floats.of(Shape.of(1, 2), 1, 2)), List.of()));
    records.add(
        new WarmUpRequest(NAME, Map.of("x", Floats.of(Shape.of(1, 3), 1, 2, 3)), List.of()));
    assertThat(run(UP_TO_2, 3).plan(NAME).batchable()).isTrue();
  }

  @Test
  void run_recordForAnotherSignatureOrShape_fails() {
    records.add(new WarmUpRequest("other", Map.of(), List.of()));
    assertFails("a warm-up record is not for any of its signatures");
    records.set(0, new WarmUpRequest(NAME, Map.of("x", Floats.column(1)), List.of()));
    assertFails("a warm-up record is not for any of its signatures");
    records.set(
        0, new WarmUpRequest(NAME, Map.of("x", Floats.of(Shape.of(1, 2), 1, 2)), List.of("z")));
    assertFails("a warm-up record is not for any of its signatures");
    assertThat(servable.rows()).isEmpty();
  }

  @Test
  void run_recordRefused_fails() {
    records.add(new WarmUpRequest(NAME, Map.of("x", Floats.of(Shape.of(1, 2), 1, 2)), List.of()));
    refuse(ErrorReason.VALUE_REJECTED);
    assertFails("it refused a warm-up record: no");
  }

  @Test
  void run_madeUpInputsRefused_isReportedAndNotMeasured() {
    servable.with("other", ScriptedServable.signature(ShapeSpec.unknownRank()));
    refuse(ErrorReason.VALUE_REJECTED);
    WarmUpReport report = run(UP_TO_2, 3);
    assertThat(report.requests()).isZero();
    assertThat(report.skipped())
        .containsExactly(
            "other: input 'x' has no known rank",
            NAME + ": the model refused made-up inputs; warm-up records would help");
    assertThat(report.plan(NAME).batchable()).isFalse();
    assertThat(report.plan("other").explanation()).startsWith("not measured: input 'x'");
  }

  @Test
  void run_modelBroken_fails() {
    refuse(ErrorReason.INTERNAL);
    assertFails("signature 'serving_default' cannot be run: no");
  }

  @Test
  void run_modelRefusesLargeRuns_doesNotFail() {
    servable.answering(
        x -> {
          if (x.shape().size(0) > 2) {
            throw new ServingException(ErrorReason.INTERNAL, "out of memory");
          }
          return x;
        });
    assertThat(run(ModelSettings.DEFAULT, 1).plan(NAME).bestSize()).isEqualTo(2);
  }

  @Test
  void run_batchingSwitchedOff_measuresNothing() {
    WarmUpReport report = run(SettingsOf.noBatching(), 3);
    assertThat(servable.rows()).containsExactly(1, 1, 1);
    assertThat(report.plan(NAME).explanation()).isEqualTo("batching is switched off");
  }

  @Test
  void run_slowModel_isNotRunOften() {
    servable.taking(clock, rows -> Duration.ofSeconds(1));
    BatchPlan plan = run(ModelSettings.DEFAULT, 5).plan(NAME);
    assertThat(servable.rows()).containsExactly(1, 1, 1);
    assertThat(plan.batchable()).isFalse();
    assertThat(plan.tried()).containsExactly(new BatchPlan.Measurement(1, Duration.ofSeconds(1)));
    assertThat(plan.explanation()).isEqualTo("one row takes 1000 ms, so there is nothing to gain");
  }

  private void refuse(ErrorReason reason) {
    servable.answering(
        x -> {
          throw new ServingException(reason, "no");
        });
  }

  private WarmUpReport run(ModelSettings settings, int rounds) {
    return new WarmUp(model -> records, rounds, clock, clock)
        .run(
            new ServableSource(new VersionId(new ModelName("m"), 1), Path.of("none"), "", settings),
            servable,
            ExecutionMode.PER_CORE,
            Duration.ofSeconds(7),
            Optional.empty());
  }

  private void assertFails(String message) {
    assertThatThrownBy(() -> run(UP_TO_2, 3))
        .isInstanceOfSatisfying(
            ServingException.class,
            error -> {
              assertThat(error.reason()).isEqualTo(ErrorReason.WARM_UP_FAILED);
              assertThat(error.message()).startsWith("m version 1 failed its warm-up: " + message);
            });
  }
}
