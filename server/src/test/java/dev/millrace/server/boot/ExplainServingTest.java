package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.server.testing.Digits;
import dev.millrace.server.testing.Http;
import dev.millrace.server.testing.SmallModels;
import dev.millrace.server.testing.TrainedDigits;
import dev.millrace.v1.ExplainMethod;
import dev.millrace.v1.ExplainRequest;
import dev.millrace.v1.ExplainResponse;
import dev.millrace.v1.InferenceServiceGrpc;
import dev.millrace.v1.Tensor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Explanations by a version that was really trained, of the real digits, by a whole server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
final class ExplainServingTest {
  private static final Digits DIGITS = Digits.ofTestSet();

  private LifeRig rig;

  @BeforeAll
  void start(@TempDir Path folder) throws IOException {
    TrainedDigits.export(folder.resolve("models/mnist/1"), 100);
    SmallModels.doubling(folder.resolve("models/doubling/1"));
    rig = LifeRig.start(folder, Map.of());
    rig.awaitAvailable("mnist", 1);
    rig.awaitAvailable("doubling", 1);
  }

  @AfterAll
  void stop() {
    assertThat(rig.server.openTensors()).isZero();
    rig.close();
  }

  /** The axiom of completeness: attributions add up to the change of the score. */
  @Test
  void integratedGradients_ofRealDigits_areComplete() {
    for (int i = 0; i < 10; i++) {
      ExplainResponse answer = explain(digit(i).setSteps(300));
      assertThat(answer.getMethod()).isEqualTo(ExplainMethod.EXPLAIN_METHOD_INTEGRATED_GRADIENTS);
      double sum = 0;
      for (float value : values(answer.getAttributions())) {
        sum += value;
      }
      double change = answer.getScore() - answer.getBaselineScore();
      assertThat(sum).as("digit %d", i).isCloseTo(change, within(0.01));
      assertThat(answer.getCompletenessGap()).isCloseTo(sum - change, within(1e-6));
      assertThat(answer.getAttributions().getShapeList()).containsExactly(1L, 28L, 28L, 1L);
      assertThat(answer.getModel()).isEqualTo("models/mnist/versions/1");
    }
  }

  @Test
  void integratedGradients_ofMoreSteps_closeTheGap() {
    double few = 0;
    double many = 0;
    for (int i = 0; i < 5; i++) {
      few += Math.abs(explain(digit(i).setSteps(4)).getCompletenessGap());
      many += Math.abs(explain(digit(i).setSteps(256)).getCompletenessGap());
    }
    assertThat(many).isLessThan(few);
  }

  /** Each is held against what the score does when a pixel moves a little. */
  @Test
  void saliency_ofARealDigit_isTheSlopeOfTheScore() {
    float[] pixels = DIGITS.pixels(3);
    ExplainResponse answer =
        explain(digit(3).setTargetClass(8).setMethod(ExplainMethod.EXPLAIN_METHOD_SALIENCY));
    float[] gradients = values(answer.getAttributions());
    int steepest = 0;
    for (int i = 0; i < gradients.length; i++) {
      steepest = Math.abs(gradients[i]) > Math.abs(gradients[steepest]) ? i : steepest;
    }
    float step = 0.01f;
    double slope =
        (score(moved(pixels, steepest, step), 8) - score(moved(pixels, steepest, -step), 8))
            / (2 * step);
    assertThat((double) gradients[steepest]).isCloseTo(slope, within(0.1 * Math.abs(slope) + 1e-5));
  }

  @Test
  void occlusion_ofARealDigit_findsItsInkAndNotItsCorner() {
    ExplainResponse answer = explain(digit(0).setMethod(ExplainMethod.EXPLAIN_METHOD_OCCLUSION));
    float[] values = values(answer.getAttributions());
    float highest = 0;
    for (float value : values) {
      highest = Math.max(highest, value);
    }
    assertThat(highest).isPositive();
    assertThat(values[0]).isCloseTo(0, within(1e-6f));
    assertThat(answer.getSteps()).isZero();
  }

  @Test
  void explain_whatHasNoGradientsAndNoPicture_isRefused() {
    StatusRuntimeException error =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () ->
                explain(
                    ExplainRequest.newBuilder()
                        .setModel("doubling")
                        .putInputs("x", DoorRig.floats(new long[] {1, 2}, 1, 2))));
    assertThat(error).isNotNull();
    assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
    assertThat(error.getStatus().getDescription()).contains("[1, height, width]");
  }

  @Test
  void explain_overHttp_answersNumbersWithNumbers() {
    StringBuilder pixels = new StringBuilder();
    for (float pixel : DIGITS.pixels(0)) {
      pixels.append(pixels.length() == 0 ? "" : ",").append(pixel);
    }
    HttpResponse<byte[]> answer =
        new Http(rig.server.httpPort().getAsInt())
            .send(
                "POST",
                "/api/v1/models/mnist:explain",
                "{\"inputs\": {\"images\": {\"dtype\": \"DATA_TYPE_FLOAT32\", \"shape\":"
                    + " [1,28,28,1], \"floats\": ["
                    + pixels
                    + "]}}, \"steps\": 16}");
    assertThat(answer.statusCode()).as(Http.text(answer)).isEqualTo(200);
    JsonNode json = Http.json(answer);
    assertThat(json.get("attributions").get("floats")).hasSize(784);
    assertThat(json.get("method").asText()).isEqualTo("EXPLAIN_METHOD_INTEGRATED_GRADIENTS");
  }

  private double score(float[] pixels, int target) {
    return explain(
            example(pixels).setTargetClass(target).setMethod(ExplainMethod.EXPLAIN_METHOD_SALIENCY))
        .getScore();
  }

  private static float[] moved(float[] pixels, int index, float by) {
    float[] moved = pixels.clone();
    moved[index] += by;
    return moved;
  }

  private static ExplainRequest.Builder digit(int index) {
    return example(DIGITS.pixels(index));
  }

  private static ExplainRequest.Builder example(float[] pixels) {
    return ExplainRequest.newBuilder()
        .setModel("mnist")
        .putInputs("images", DoorRig.floats(new long[] {1, 28, 28, 1}, pixels));
  }

  private ExplainResponse explain(ExplainRequest.Builder request) {
    return InferenceServiceGrpc.newBlockingStub(rig.channel())
        .withDeadlineAfter(60, TimeUnit.SECONDS)
        .explain(request.build());
  }

  private static float[] values(Tensor tensor) {
    float[] values = new float[tensor.getData().size() / 4];
    tensor
        .getData()
        .asReadOnlyByteBuffer()
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .get(values);
    return values;
  }
}
