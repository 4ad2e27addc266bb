package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millrace.server.testing.Digits;
import dev.millrace.server.testing.TrainedDigits;
import dev.millrace.v1.FeedbackServiceGrpc;
import dev.millrace.v1.GateServiceGrpc;
import dev.millrace.v1.GetFeedbackRequest;
import dev.millrace.v1.GetFeedbackResponse;
import dev.millrace.v1.GetJudgementRequest;
import dev.millrace.v1.GiveFeedbackRequest;
import dev.millrace.v1.GiveFeedbackResponse;
import dev.millrace.v1.InferenceServiceGrpc;
import dev.millrace.v1.JudgeVersionRequest;
import dev.millrace.v1.JudgementState;
import dev.millrace.v1.PredictRequest;
import dev.millrace.v1.VersionFeedback;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Feedback over gRPC, against a whole server and a version that was really trained. */
@Timeout(120)
final class FeedbackServingTest {
  private static final Digits DIGITS = Digits.ofTestSet();
  private static final int ASKED = 30;

  @Test
  void feedback_toPredictionsWithNames_isCountedAndDriftIsSeen(@TempDir Path folder)
      throws IOException {
    TrainedDigits.export(folder.resolve("models/mnist/1"), 60);
    Files.writeString(
        folder.resolve("models/mnist/gate.yaml"),
        "evaluate: {examples: 500}\nfeedback: {keep: 100}\n");
    try (LifeRig rig = LifeRig.start(folder, Map.of())) {
      rig.awaitAvailable("mnist", 1);
      judge(rig);
      int right = 0;
      for (int i = 0; i < ASKED; i++) {
        predict(rig, "digit-" + i, DIGITS.pixels(0));
        GiveFeedbackResponse told = tell(rig, "digit-" + i, DIGITS.label(i));
        assertThat(told.getVersion()).isEqualTo("models/mnist/versions/1");
        assertThat(told.getPredictedList()).hasSize(1).first().asString().matches("[0-9]");
        right += told.getRight();
      }
      assertThat(
              LifeRig.reason(
                  catchThrowableOfType(
                      StatusRuntimeException.class, () -> tell(rig, "never-asked", 1))))
          .isEqualTo("PREDICTION_NOT_FOUND");
      assertThat(
              LifeRig.reason(
                  catchThrowableOfType(
                      StatusRuntimeException.class, () -> tell(rig, "nobody", "digit-0", 1))))
          .isEqualTo("MODEL_NOT_FOUND");
      assertThat(
              LifeRig.reason(
                  catchThrowableOfType(
                      StatusRuntimeException.class,
                      () -> predict(rig, "x".repeat(129), DIGITS.pixels(0)))))
          .isEqualTo("NAME_INVALID");

      GetFeedbackResponse report =
          FeedbackServiceGrpc.newBlockingStub(rig.channel())
              .getFeedback(GetFeedbackRequest.newBuilder().setModel("mnist").build());
      assertThat(report.getEnabled()).isTrue();
      assertThat(report.getWaiting()).isEqualTo(ASKED);
      VersionFeedback version = report.getVersions(0);
      assertThat(version.getAnswered()).isEqualTo(ASKED);
      assertThat(version.getAccuracy().getOf()).isEqualTo(ASKED);
      assertThat(version.getAccuracy().getHits()).isEqualTo(right);
      // The same digit each time is nothing like what it was measured on.
      assertThat(version.getClassPsi()).isGreaterThan(0.25);
      assertThat(version.getConfidenceKs()).isGreaterThan(0).isLessThan(1);
      assertThat(version.getConfidencePValue()).isBetween(0.0, 1.0);
      assertThat(rig.server.openTensors()).isZero();
    }
  }

  private static void judge(LifeRig rig) {
    GateServiceGrpc.GateServiceBlockingStub gate = GateServiceGrpc.newBlockingStub(rig.channel());
    String name = "models/mnist/versions/1";
    gate.judgeVersion(JudgeVersionRequest.newBuilder().setName(name).setHold(true).build());
    GetJudgementRequest request = GetJudgementRequest.newBuilder().setName(name).build();
    LifeRig.await(
        () ->
            gate.getJudgement(request).getJudgement().getState()
                == JudgementState.JUDGEMENT_STATE_PASSED,
        () -> gate.getJudgement(request).toString());
  }

  private static void predict(LifeRig rig, String name, float[] pixels) {
    InferenceServiceGrpc.newBlockingStub(rig.channel())
        .predict(
            PredictRequest.newBuilder()
                .setModel("mnist")
                .setRequestId(name)
                .putInputs("images", DoorRig.floats(new long[] {1, 28, 28, 1}, pixels))
                .build());
  }

  private static GiveFeedbackResponse tell(LifeRig rig, String name, int label) {
    return tell(rig, "mnist", name, label);
  }

  private static GiveFeedbackResponse tell(LifeRig rig, String model, String name, int label) {
    return FeedbackServiceGrpc.newBlockingStub(rig.channel())
        .giveFeedback(
            GiveFeedbackRequest.newBuilder()
                .setModel(model)
                .setRequestId(name)
                .addLabels(Integer.toString(label))
                .build());
  }
}
