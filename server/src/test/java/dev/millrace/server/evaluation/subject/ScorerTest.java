package dev.millrace.server.evaluation.subject;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.server.inference.InferenceRequest;
import dev.millrace.server.inference.InferenceResponse;
import dev.millrace.server.model.Caller;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.Priority;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.Signature;
import dev.millrace.server.model.VersionChoice;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.Shape;
import dev.millrace.server.tensor.ShapeSpec;
import dev.millrace.server.tensor.TensorData;
import dev.millrace.server.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class ScorerTest {
  private static final VersionId VERSION = new VersionId(new ModelName("m"), 3);
  private static final Caller CALLER = new Caller("key:ann");
  private static final Offset<Float> EXACT = within(1e-6f);

  private final Deque<CompletionStage<Map<String, TensorData>>> answers = new ArrayDeque<>();
  private final List<InferenceRequest> asked = new ArrayList<>();
  private final List<Duration> pauses = new ArrayList<>();
  private boolean cancelled;

  @Test
  void probabilities_ofProbabilities_areLeftAsTheyAre() throws InterruptedException {
    answer("probabilities", 2, 0.25f, 0.75f, 1, 0);
    assertThat(scorer(Map.of()).probabilities(new float[8], 2)).containsExactly(0.25f, 0.75f, 1, 0);
    InferenceRequest request = asked.get(0);
    assertThat(request.priority()).isEqualTo(Priority.LOW);
    assertThat(request.caller()).isEqualTo(CALLER);
    assertThat(request.model().choice()).isEqualTo(new VersionChoice.Exact(3));
    assertThat(request.outputs()).containsExactly("probabilities");
  }

  @Test
  void probabilities_ofScores_areTheirSoftmaxEvenIfALaterRowLooksLikeProbabilities()
      throws InterruptedException {
    answer("probabilities", 2, 1000, 1000, 0, (float) Math.log(3));
    answer("probabilities", 2, 0, 1);
    Scorer scorer = scorer(Map.of());
    assertThat(scorer.probabilities(new float[8], 2))
        .containsExactly(new float[] {0.5f, 0.5f, 0.25f, 0.75f}, EXACT);
    assertThat(scorer.probabilities(new float[4], 1))
        .containsExactly(new float[] {0.2689414f, 0.7310586f}, EXACT);
  }

  @Test
  void request_shedUnderOverload_isSentAgainAfterThePauseAskedFor() throws InterruptedException {
    refuse(new ServingException(ErrorReason.OVERLOADED, "busy").retryAfter(Duration.ofSeconds(2)));
    refuse(new ServingException(ErrorReason.OVERLOADED, "busy"));
    answer("probabilities", 2, 1, 0);
    assertThat(scorer(Map.of()).probabilities(new float[4], 1)).containsExactly(1, 0);
    assertThat(pauses).containsExactly(Duration.ofSeconds(2), Duration.ofMillis(100));
  }

  @Test
  void request_shedForTenMinutes_isGivenUp() {
    for (int i = 0; i < 20; i++) {
      refuse(
          new ServingException(ErrorReason.OVERLOADED, "busy").retryAfter(Duration.ofMinutes(1)));
    }
    assertThat(refusal(scorer(Map.of())).reason()).isEqualTo(ErrorReason.OVERLOADED);
    assertThat(pauses).hasSize(10);
  }

  @Test
  void request_refusedForAnotherReason_isNotSentAgain() {
    refuse(new ServingException(ErrorReason.VERSION_NOT_READY, "gone"));
    assertThat(refusal(scorer(Map.of())).reason()).isEqualTo(ErrorReason.VERSION_NOT_READY);
    assertThat(asked).hasSize(1);
  }

  @Test
  void request_onceCancelled_isNotSent() {
    cancelled = true;
    assertThat(refusal(scorer(Map.of())).reason()).isEqualTo(ErrorReason.CALLER_CANCELLED);
    assertThat(asked).isEmpty();
  }

  @Test
  void answer_withoutAValueForEachClass_isUnfit() {
    answers.add(
        CompletableFuture.completedFuture(
            Map.of("probabilities", tensor(Shape.of(2), new float[2]))));
    assertThat(refusal(scorer(Map.of())).reason()).isEqualTo(ErrorReason.EVALUATION_UNFIT);
  }

  @Test
  void lossSigns_withoutALoss_areAgainstTheProbability() throws InterruptedException {
    Signature gradients =
        signature(
            Map.of("x", spec(DataType.FLOAT32, -1, 2, 2), "target", spec(DataType.INT32, -1)),
            Map.of("gradients", spec(DataType.FLOAT32, -1, 2, 2)));
    answers.add(
        CompletableFuture.completedFuture(
            Map.of("gradients", tensor(Shape.of(1, 2, 2), new float[] {-2, 0, 0.1f, 5}))));
    Scorer scorer = scorer(Map.of("gradients", gradients));
    GradientSignature found = scorer.subject().gradients().orElseThrow();
    assertThat(found.hasLoss()).isFalse();
    assertThat(scorer.lossSigns(found, new float[4], new int[] {7}))
        .containsExactly(1, -0f, -1, -1);
    assertThat(asked.get(0).inputs().get("target").bytes().getInt()).isEqualTo(7);
  }

  private static ServingException refusal(Scorer scorer) {
    ServingException error =
        catchThrowableOfType(ServingException.class, () -> scorer.probabilities(new float[4], 1));
    assertThat(error).isNotNull();
    return error;
  }

  private Scorer scorer(Map<String, Signature> more) {
    Map<String, Signature> signatures = new TreeMap<>(more);
    signatures.put(
        "serving_default",
        signature(
            Map.of("x", spec(DataType.FLOAT32, -1, 2, 2)),
            Map.of(
                "classes",
                spec(DataType.INT64, -1),
                "logits",
                spec(DataType.FLOAT32, -1, 2),
                "probabilities",
                spec(DataType.FLOAT32, -1, -1))));
    return new Scorer(
        this::predict,
        Subject.of(VERSION, signatures, "serving_default", "", "", 2, 2),
        CALLER,
        () -> cancelled,
        pauses::add,
        () -> 0);
  }

  private CompletionStage<InferenceResponse> predict(InferenceRequest request) {
    asked.add(request);
    return answers
        .remove()
        .thenApply(outputs -> new InferenceResponse(VERSION, request.signature(), outputs));
  }

  private void answer(String output, int classes, float... values) {
    answers.add(
        CompletableFuture.completedFuture(
            Map.of(output, tensor(Shape.of(values.length / classes, classes), values))));
  }

  private void refuse(ServingException error) {
    answers.add(CompletableFuture.failedFuture(error));
  }

  private static TensorData tensor(Shape shape, float[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      bytes.putFloat(value);
    }
    return TensorData.ofBytes(DataType.FLOAT32, shape, bytes.flip());
  }

  private static Signature signature(
      Map<String, TensorSpec> inputs, Map<String, TensorSpec> outputs) {
    return new Signature(new TreeMap<>(inputs), new TreeMap<>(outputs));
  }

  private static TensorSpec spec(DataType dtype, long... shape) {
    return new TensorSpec(dtype, ShapeSpec.of(shape));
  }
}
