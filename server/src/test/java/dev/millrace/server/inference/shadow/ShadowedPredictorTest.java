package dev.millrace.server.inference.shadow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.inference.InferenceResponse;
import dev.millrace.server.inference.shadow.ShadowRig.Asked;
import dev.millrace.server.model.Caller;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.Priority;
import dev.millrace.server.model.ShadowSettings;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.registry.Traffic;
import dev.millrace.server.testing.Floats;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

final class ShadowedPredictorTest {
  private final ShadowRig rig = new ShadowRig();

  @Test
  void predict_withoutShadow_copiesNothing() {
    CompletableFuture<InferenceResponse> answer = rig.call("m", 1);
    rig.callers.get(0).answer(1, 1);
    assertThat(answer).isCompleted();
    assertThat(rig.executor.waiting()).isZero();
    assertThat(rig.traffic.report(ShadowRig.MODEL)).isEmpty();
  }

  @Test
  void predict_withShadow_copiesAfterTheAnswerAtLowPriorityWithADeadline() {
    rig.shadow(2, 1);
    CompletableFuture<InferenceResponse> answer = rig.call("m", 1, 2);
    assertThat(rig.executor.waiting()).isZero();
    rig.callers.get(0).answer(1, 1, 2);
    assertThat(answer).isCompleted();
    assertThat(rig.copies).isEmpty();
    rig.executor.runAll();
    Asked copy = rig.copies.get(0);
    assertThat(copy.request().model()).isEqualTo(ModelReference.parse("models/m/versions/2"));
    assertThat(copy.request().priority()).isEqualTo(Priority.LOW);
    assertThat(copy.request().caller()).isEqualTo(Caller.UNKNOWN);
    assertThat(copy.request().deadline().remaining(rig.clock)).isEqualTo(Duration.ofSeconds(10));
    assertThat(copy.request().inputs().get("x"))
        .isSameAs(rig.callers.get(0).request().inputs().get("x"));
  }

  @Test
  void predict_answersCompared_areCountedWithTheirTimes() {
    rig.shadow(2, 1);
    rig.call("m", 1, 2);
    rig.nanos.pass(Duration.ofMillis(5));
    rig.callers.get(0).answer(1, 1, 2);
    rig.executor.runAll();
    rig.nanos.pass(Duration.ofMillis(20));
    rig.copies.get(0).answer(2, 1, 4);
    rig.executor.runAll();
    ShadowReport report = rig.report();
    assertThat(report.version()).isEqualTo(2);
    assertThat(report.comparedRequests()).isEqualTo(1);
    assertThat(report.comparedExamples()).isEqualTo(2);
    assertThat(report.agreement()).isEqualTo(0.5);
    assertThat(report.largestDifference()).isEqualTo(2);
    assertThat(report.primary().p99()).isBetween(Duration.ofMillis(5), Duration.ofNanos(5100000));
    assertThat(report.shadow().p50()).isBetween(Duration.ofMillis(20), Duration.ofMillis(21));
    assertThat(rig.heard).containsExactly("compared 1 with 2");
    assertThat(rig.budget.copies()).isZero();
  }

  @Test
  void predict_shareOfCopies_isDrawn() {
    rig.shadow(2, 0.25);
    rig.random = 0.25;
    rig.call("m", 1);
    rig.callers.get(0).answer(1, 1);
    rig.random = 0.24;
    rig.call("m", 1);
    rig.callers.get(1).answer(1, 1);
    rig.executor.runAll();
    assertThat(rig.copies).hasSize(1);
  }

  @Test
  void predict_versionOrLabelNamed_orAnsweredByTheShadow_isNotCopied() {
    rig.shadow(2, 1);
    rig.call("models/m/versions/1", 1);
    rig.call("models/m/labels/champion", 1);
    rig.call("m", 1);
    rig.callers.get(0).answer(1, 1);
    rig.callers.get(1).answer(1, 1);
    rig.callers.get(2).answer(2, 1);
    assertThat(rig.executor.waiting()).isZero();
  }

  @Test
  void predict_callFails_isNotCopiedAndFails() {
    rig.shadow(2, 1);
    CompletableFuture<InferenceResponse> answer = rig.call("m", 1);
    rig.callers.get(0).fail(ErrorReason.OVERLOADED);
    assertThat(answer).isCompletedExceptionally();
    assertThat(rig.executor.waiting()).isZero();
  }

  @Test
  void predict_moreCopiesThanTheBudget_areDroppedAndCounted() {
    rig.shadow(2, 1);
    for (int i = 0; i < 5; i++) {
      rig.call("m", 1);
    }
    rig.callers.forEach(asked -> asked.answer(1, 1));
    assertThat(rig.report().droppedRequests()).isEqualTo(2);
    rig.executor.runAll();
    rig.copies.forEach(asked -> asked.answer(2, 1));
    rig.executor.runAll();
    assertThat(rig.report().comparedRequests()).isEqualTo(3);
    assertThat(rig.budget.copies()).isZero();
    rig.call("m", Floats.column(new float[3000]));
    rig.callers.get(5).answer(1, 1);
    assertThat(rig.report().droppedRequests()).isEqualTo(3);
  }

  @Test
  void predict_shadowBusyOrFailing_isToldApart() {
    rig.shadow(2, 1);
    rig.copied(1).fail(ErrorReason.OVERLOADED);
    rig.copied(1).fail(ErrorReason.VERSION_NOT_READY);
    rig.copied(1).fail(ErrorReason.DEADLINE_EXPIRED);
    rig.executor.runAll();
    rig.copied(1).fail(ErrorReason.INTERNAL);
    rig.copied(1).fail(ErrorReason.SHAPE_MISMATCH);
    rig.executor.runAll();
    assertThat(rig.report().droppedRequests()).isEqualTo(3);
    assertThat(rig.report().failedRequests()).isEqualTo(2);
    assertThat(rig.budget.copies()).isZero();
  }

  @Test
  void predict_executorStopped_callerIsAnsweredAllTheSame() {
    ShadowTraffic stopped =
        new ShadowTraffic(
            new CopyRunner(
                request -> CompletableFuture.failedFuture(new IllegalStateException()),
                rig.budget,
                task -> {
                  throw new RejectedExecutionException("stopped");
                },
                rig.clock,
                rig.nanos),
            id -> Optional.empty(),
            List.of(),
            () -> 0);
    rig.shadow(2, 1);
    stopped.onChange(rig.record);
    InferenceResponse expected =
        new InferenceResponse(new VersionId(ShadowRig.MODEL, 1), "", Map.of());
    ShadowedPredictor predictor =
        new ShadowedPredictor(
            request -> CompletableFuture.completedFuture(expected), stopped, rig.nanos);
    rig.call("m", 1);
    assertThat(predictor.predict(rig.callers.get(0).request()).toCompletableFuture().join())
        .isSameAs(expected);
    assertThat(rig.budget.copies()).isZero();
  }

  @Test
  void onChange_trafficChanges_figuresBeginAnewAndWhatIsUnderWayIsForgotten() {
    rig.shadow(2, 1);
    rig.copied(1).answer(2, 1);
    rig.executor.runAll();
    Asked late = rig.copied(1);
    rig.shadow(2, 0.5);
    assertThat(late.request().cancelled().getAsBoolean()).isTrue();
    late.answer(2, 1);
    rig.executor.runAll();
    assertThat(rig.report().comparedRequests()).isZero();
    assertThat(rig.budget.copies()).isZero();
    rig.record = rig.record.withTraffic(Traffic.CHAMPION_ALONE);
    rig.traffic.onChange(rig.record);
    assertThat(rig.traffic.report(ShadowRig.MODEL)).isEmpty();
    assertThat(rig.heard).containsExactly("compared 1 with 2", "ended 2", "ended 2");
  }

  @Test
  void onChange_somethingElseChanges_figuresStay() {
    rig.shadow(2, 1);
    rig.copied(1).answer(2, 1);
    rig.executor.runAll();
    rig.traffic.onChange(rig.record.withLabel("old", 3));
    assertThat(rig.report().comparedRequests()).isEqualTo(1);
  }

  @Test
  void onChange_bakePeriod_copiesAShareToTheFormerChampion() {
    rig.record = rig.record.promoted(3, rig.clock.instant(), rig.clock.instant().plusSeconds(60));
    rig.traffic.onChange(rig.record);
    rig.random = 0.09;
    rig.call("m", 1);
    rig.call("m", 1);
    rig.callers.get(0).answer(3, 1);
    rig.callers.get(1).answer(2, 1);
    rig.executor.runAll();
    assertThat(rig.copies).hasSize(1);
    rig.copies.get(0).answer(1, 1);
    rig.executor.runAll();
    assertThat(rig.heard).containsExactly("compared 3 with 1");
    assertThat(rig.traffic.report(ShadowRig.MODEL)).isEmpty();
    rig.random = 0.1;
    rig.call("m", 1);
    rig.callers.get(2).answer(3, 1);
    assertThat(rig.executor.waiting()).isZero();
  }

  @Test
  void disagreements_keptAsTheSettingsSay_newestFirst() {
    rig.kept = new ShadowSettings(2, false);
    rig.shadow(2, 1);
    for (int i = 0; i < 4; i++) {
      rig.copied(i).answer(2, i == 1 ? i : -i - 1);
      rig.executor.runAll();
    }
    var kept = rig.traffic.disagreements(ShadowRig.MODEL);
    assertThat(kept).hasSize(2);
    assertThat(Floats.values(kept.get(0).primaryOutputs().get("y"))).containsExactly(3);
    assertThat(Floats.values(kept.get(0).shadowOutputs().get("y"))).containsExactly(-4);
    assertThat(Floats.values(kept.get(1).primaryOutputs().get("y"))).containsExactly(2);
    assertThat(kept.get(0).inputs()).isEmpty();
    rig.kept = new ShadowSettings(2, true);
    rig.copied(9).answer(2, 8);
    rig.executor.runAll();
    assertThat(Floats.values(rig.traffic.disagreements(ShadowRig.MODEL).get(0).inputs().get("x")))
        .containsExactly(9);
  }

  @Test
  void disagreements_settingsKeepNone_isEmpty() {
    rig.kept = ShadowSettings.DEFAULT;
    rig.shadow(2, 1);
    rig.copied(1).answer(2, 5);
    rig.executor.runAll();
    assertThat(rig.traffic.disagreements(ShadowRig.MODEL)).isEmpty();
    assertThat(rig.report().agreement()).isZero();
  }
}
