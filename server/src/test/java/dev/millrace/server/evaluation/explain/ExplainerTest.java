package dev.millrace.server.evaluation.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.server.inference.InferenceRequest;
import dev.millrace.server.inference.InferenceResponse;
import dev.millrace.server.model.Caller;
import dev.millrace.server.model.Deadline;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ModelReference;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/**
 * Explanations of a model that can be worked out by hand: pictures of 4x4, whose class 1 has the
 * probability s, the mean of the squares of the pixels, and class 0 the rest.
 */
class ExplainerTest {
  private static final VersionId VERSION = new VersionId(new ModelName("m"), 3);
  private static final Offset<Double> EXACT = within(1e-6);

  private final List<InferenceRequest> variants = new ArrayList<>();
  private boolean hasGradients = true;
  private final float[] picture = new float[16];

  ExplainerTest() {
    picture[5] = 1;
    picture[15] = 0.5f;
  }

  @Test
  void integratedGradients_ofSquares_areTheirSharesAndComplete() {
    Explanation explanation = explain(question().build());
    assertThat(explanation.method()).isEqualTo(ExplainMethod.INTEGRATED_GRADIENTS);
    assertThat(explanation.steps()).isEqualTo(64);
    assertThat(explanation.target()).isZero();
    assertThat(explanation.score()).isCloseTo(1 - 1.25 / 16, EXACT);
    assertThat(explanation.baselineScore()).isEqualTo(1);
    assertThat(explanation.gap()).isCloseTo(0, EXACT);
    float[] values = Rows.values(explanation.attributions());
    assertThat((double) values[5]).isCloseTo(-1.0 / 16, EXACT);
    assertThat((double) values[15]).isCloseTo(-0.25 / 16, EXACT);
    assertThat(values[0]).isZero();
    assertThat(explanation.attributions().shape()).isEqualTo(Shape.of(1, 4, 4, 1));
  }

  @Test
  void integratedGradients_ofManySteps_areAskedForInPartsAndOfTheSameVersion() {
    Explanation explanation = explain(question().steps(150).target(1).build());
    assertThat(explanation.gap()).isCloseTo(0, EXACT);
    // 64, 64 and 22 places on the way, and the baseline.
    assertThat(variants)
        .extracting(request -> request.inputs().get("x").shape().size(0))
        .containsExactly(64L, 64L, 22L, 1L);
    assertThat(variants)
        .allSatisfy(
            request -> {
              assertThat(request.model().choice()).isEqualTo(new VersionChoice.Exact(3));
              assertThat(request.priority()).isEqualTo(Priority.HIGH);
            });
  }

  @Test
  void integratedGradients_fromABaseline_explainTheDifferenceFromIt() {
    float[] from = new float[16];
    from[5] = 0.5f;
    Explanation explanation =
        explain(question().target(1).baseline(Rows.floats(Shape.of(1, 4, 4, 1), from)).build());
    assertThat(explanation.baselineScore()).isCloseTo(0.25 / 16, EXACT);
    assertThat((double) Rows.values(explanation.attributions())[5]).isCloseTo(0.75 / 16, EXACT);
    assertThat(explanation.gap()).isCloseTo(0, EXACT);
  }

  @Test
  void saliency_isTheGradient() {
    Explanation explanation = explain(question().target(1).method(ExplainMethod.SALIENCY).build());
    assertThat((double) Rows.values(explanation.attributions())[5]).isCloseTo(2.0 / 16, EXACT);
    assertThat(explanation.steps()).isZero();
  }

  @Test
  void occlusion_withoutGradients_findsWhatHoldsTheScoreUp() {
    hasGradients = false;
    Explanation explanation = explain(question().target(1).window(1).build());
    assertThat(explanation.method()).isEqualTo(ExplainMethod.OCCLUSION);
    float[] values = Rows.values(explanation.attributions());
    assertThat((double) values[5]).isCloseTo(1.0 / 16, EXACT);
    assertThat((double) values[15]).isCloseTo(0.25 / 16, EXACT);
    assertThat((double) values[1]).isCloseTo(0, EXACT);
  }

  @Test
  void occlusion_withOverlappingSquares_isTheMeanOfThoseThatCoverAPixel() {
    hasGradients = false;
    Explanation explanation = explain(question().target(1).window(2).build());
    float[] values = Rows.values(explanation.attributions());
    // The corner has one square, with the half-bright pixel in it.
    assertThat((double) values[15]).isCloseTo(0.25 / 16, EXACT);
    // Every square over (1,1), and every one over (0,1), has (1,1) in it.
    assertThat((double) values[5]).isCloseTo(1.0 / 16, EXACT);
    assertThat((double) values[1]).isCloseTo(1.0 / 16, EXACT);
    // Of the four over (2,2), one has (1,1) in it and one has (3,3).
    assertThat((double) values[10]).isCloseTo(1.25 / 16 / 4, EXACT);
  }

  @Test
  void question_thatCannotBeAnswered_saysWhatToChange() {
    refused(question().steps(1001), ErrorReason.PARAMETER_INVALID, "steps: expected 1 to 1000");
    refused(question().window(-1), ErrorReason.PARAMETER_INVALID, "window");
    refused(
        question().method(ExplainMethod.OCCLUSION).window(5),
        ErrorReason.PARAMETER_INVALID,
        "1 to 4");
    refused(question().target(2), ErrorReason.PARAMETER_INVALID, "expected 0 to 1, got 2");
    refused(question().input("y"), ErrorReason.INPUT_MISSING, "y");
    refused(question().output("y"), ErrorReason.NOT_EXPLAINABLE, "[probabilities]");
    refused(
        question().baseline(Rows.floats(Shape.of(1, 16), new float[16])),
        ErrorReason.SHAPE_MISMATCH,
        "baseline.shape");
    refused(
        question().example(Rows.floats(Shape.of(2, 4, 4, 1), new float[32])),
        ErrorReason.SHAPE_MISMATCH,
        "one example");
    hasGradients = false;
    refused(
        question().method(ExplainMethod.SALIENCY),
        ErrorReason.NOT_EXPLAINABLE,
        "OCCLUSION needs none");
    refused(
        question().example(Rows.floats(Shape.of(1, 16), new float[16])),
        ErrorReason.NOT_EXPLAINABLE,
        "[1, height, width]");
  }

  private void refused(Builder question, ErrorReason reason, String words) {
    Throwable failure = catchThrowable(() -> explain(question.build()));
    while (failure instanceof CompletionException && failure.getCause() != null) {
      failure = failure.getCause();
    }
    assertThat(failure).isInstanceOf(ServingException.class);
    assertThat(((ServingException) failure).reason()).isEqualTo(reason);
    assertThat(failure).hasMessageContaining(words);
  }

  private Explanation explain(Question question) {
    return new Explainer(
            this::answer,
            request -> {
              variants.add(request);
              return answer(request);
            },
            version -> signatures())
        .explain(question)
        .toCompletableFuture()
        .join();
  }

  private Map<String, Signature> signatures() {
    TensorSpec pictures = new TensorSpec(DataType.FLOAT32, ShapeSpec.unknownRank());
    TensorSpec target = new TensorSpec(DataType.INT32, ShapeSpec.of(-1));
    TensorSpec classes = new TensorSpec(DataType.FLOAT32, ShapeSpec.of(-1, 2));
    Map<String, Signature> signatures = new TreeMap<>();
    signatures.put("serving_default", of(Map.of("x", pictures), Map.of("probabilities", classes)));
    if (hasGradients) {
      signatures.put(
          "gradients", of(Map.of("x", pictures, "target", target), Map.of("gradients", pictures)));
    }
    return signatures;
  }

  private static Signature of(Map<String, TensorSpec> inputs, Map<String, TensorSpec> outputs) {
    return new Signature(new TreeMap<>(inputs), new TreeMap<>(outputs));
  }

  private CompletionStage<InferenceResponse> answer(InferenceRequest request) {
    TensorData pictures = Optional.ofNullable(request.inputs().get("x")).orElseThrow();
    int rows = (int) pictures.shape().size(0);
    float[] pixels = Rows.values(pictures);
    Map<String, TensorData> outputs;
    if (request.signature().equals("gradients")) {
      int target =
          Optional.ofNullable(request.inputs().get("target")).orElseThrow().bytes().getInt(0);
      float[] gradients = new float[pixels.length];
      for (int i = 0; i < pixels.length; i++) {
        gradients[i] = (target == 1 ? 2 : -2) * pixels[i] / 16;
      }
      outputs = Map.of("gradients", Rows.floats(pictures.shape(), gradients));
    } else {
      float[] probabilities = new float[2 * rows];
      for (int i = 0; i < pixels.length; i++) {
        probabilities[2 * (i / 16) + 1] += pixels[i] * pixels[i] / 16;
      }
      for (int row = 0; row < rows; row++) {
        probabilities[2 * row] = 1 - probabilities[2 * row + 1];
      }
      outputs = Map.of("probabilities", Rows.floats(Shape.of(rows, 2), probabilities));
    }
    return CompletableFuture.completedFuture(
        new InferenceResponse(VERSION, request.signature(), outputs));
  }

  private Builder question() {
    return new Builder(Rows.floats(Shape.of(1, 4, 4, 1), picture));
  }

  /** Questions that differ in one thing each. */
  private static final class Builder {
    private TensorData example;
    private String input = "";
    private String output = "";
    private OptionalInt target = OptionalInt.empty();
    private Optional<ExplainMethod> method = Optional.empty();
    private int steps;
    private Optional<TensorData> baseline = Optional.empty();
    private int window;

    Builder(TensorData example) {
      this.example = example;
    }

    Builder example(TensorData other) {
      example = other;
      return this;
    }

    Builder input(String name) {
      input = name;
      return this;
    }

    Builder output(String name) {
      output = name;
      return this;
    }

    Builder target(int wanted) {
      target = OptionalInt.of(wanted);
      return this;
    }

    Builder method(ExplainMethod wanted) {
      method = Optional.of(wanted);
      return this;
    }

    Builder steps(int wanted) {
      steps = wanted;
      return this;
    }

    Builder baseline(TensorData wanted) {
      baseline = Optional.of(wanted);
      return this;
    }

    Builder window(int wanted) {
      window = wanted;
      return this;
    }

    Question build() {
      InferenceRequest request =
          new InferenceRequest(
              ModelReference.parse("m"),
              "serving_default",
              Map.of("x", example),
              List.of(),
              Deadline.NONE,
              () -> false,
              Priority.HIGH,
              Caller.UNKNOWN);
      return new Question(request, input, output, target, method, steps, baseline, window);
    }
  }
}
