package dev.millrace.server.protocol.v1;

import dev.millrace.server.evaluation.explain.ExplainMethod;
import dev.millrace.server.evaluation.explain.Explainer;
import dev.millrace.server.evaluation.explain.Explanation;
import dev.millrace.server.evaluation.explain.Question;
import dev.millrace.server.inference.InferenceRequest;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.FieldViolation;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.tensor.TensorData;
import dev.millrace.v1.ExplainRequest;
import dev.millrace.v1.ExplainResponse;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;

/** Explanations as messages. Thread-safe. */
public final class ExplainCalls {
  private final Explainer explainer;
  private final TensorCodec codec = new TensorCodec();

  /** Calls of an explainer. */
  public ExplainCalls(Explainer explainer) {
    this.explainer = explainer;
  }

  /**
   * Explains an answer.
   *
   * @param decoded the request that gets the answer
   */
  CompletionStage<ExplainResponse> explain(ExplainRequest request, InferenceRequest decoded) {
    TensorCodec.Form form = TensorCodec.form(request.getInputsMap().values());
    Optional<TensorData> baseline =
        request.hasBaseline()
            ? Optional.of(codec.decode("baseline", request.getBaseline()))
            : Optional.empty();
    return explainer
        .explain(
            new Question(
                decoded,
                request.getInput(),
                request.getOutput(),
                request.hasTargetClass()
                    ? OptionalInt.of(request.getTargetClass())
                    : OptionalInt.empty(),
                method(request.getMethod()),
                request.getSteps(),
                baseline,
                request.getWindow()))
        .thenApply(explanation -> encode(explanation, form));
  }

  private static Optional<ExplainMethod> method(dev.millrace.v1.ExplainMethod method) {
    return switch (method) {
      case EXPLAIN_METHOD_UNSPECIFIED -> Optional.empty();
      case EXPLAIN_METHOD_INTEGRATED_GRADIENTS -> Optional.of(ExplainMethod.INTEGRATED_GRADIENTS);
      case EXPLAIN_METHOD_SALIENCY -> Optional.of(ExplainMethod.SALIENCY);
      case EXPLAIN_METHOD_OCCLUSION -> Optional.of(ExplainMethod.OCCLUSION);
      case UNRECOGNIZED ->
          throw ServingException.ofViolations(
              List.of(
                  new FieldViolation(
                      "method",
                      ErrorReason.PARAMETER_INVALID,
                      "expected one of the methods known")));
    };
  }

  private ExplainResponse encode(Explanation explanation, TensorCodec.Form form) {
    return ExplainResponse.newBuilder()
        .setModel(explanation.version().resource())
        .setSignature(explanation.signature())
        .setInput(explanation.input())
        .setOutput(explanation.output())
        .setTargetClass(explanation.target())
        .setMethod(
            dev.millrace.v1.ExplainMethod.valueOf("EXPLAIN_METHOD_" + explanation.method().name()))
        .setAttributions(codec.encode(explanation.attributions(), form))
        .setScore(explanation.score())
        .setBaselineScore(explanation.baselineScore())
        .setCompletenessGap(explanation.gap())
        .setSteps(explanation.steps())
        .build();
  }
}
