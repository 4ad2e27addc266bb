package dev.millrace.server.evaluation.explain;

import dev.millrace.server.evaluation.subject.ClassScores;
import dev.millrace.server.evaluation.subject.GradientSignature;
import dev.millrace.server.inference.InferenceRequest;
import dev.millrace.server.inference.InferenceResponse;
import dev.millrace.server.inference.Predictor;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.Signature;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.TensorData;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Explains answers: gets the answer as any caller does, and then asks the version that gave it
 * about variants of the example. Thread-safe; blocks no thread.
 */
public final class Explainer {
  private static final String PROBABILITIES = "probabilities";

  private final Predictor predictor;
  private final Predictor variants;
  private final Function<VersionId, Map<String, Signature>> signatures;

  /**
   * An explainer.
   *
   * @param predictor answers the request that is explained
   * @param variants answers the requests made from it, which are no caller's
   * @param signatures what a version that has just answered can do, by signature name
   */
  public Explainer(
      Predictor predictor,
      Predictor variants,
      Function<VersionId, Map<String, Signature>> signatures) {
    this.predictor = predictor;
    this.variants = variants;
    this.signatures = signatures;
  }

  /**
   * Explains an answer.
   *
   * @return the explanation; or a ServingException: what the request ends with, PARAMETER_INVALID,
   *     or NOT_EXPLAINABLE with what the version lacks
   */
  public CompletionStage<Explanation> explain(Question question) {
    try {
      QuestionCheck.check(question);
    } catch (ServingException refused) {
      return CompletableFuture.failedFuture(refused);
    }
    return predictor
        .predict(question.request())
        .thenCompose(response -> explain(question, response));
  }

  private CompletionStage<Explanation> explain(Question question, InferenceResponse response) {
    InferenceRequest request = question.request();
    Map<String, Signature> known = signatures.apply(response.version());
    Signature signature = Optional.ofNullable(known.get(request.signature())).orElseThrow();
    String input = QuestionCheck.input(question);
    TensorData example = Optional.ofNullable(request.inputs().get(input)).orElseThrow();
    String output = output(question, signature);
    float[] scores =
        Explained.read(Optional.ofNullable(response.outputs().get(output)).orElseThrow());
    int target = question.target().orElseGet(() -> highest(scores));
    QuestionCheck.target(target, scores.length);
    TensorData baseline = question.baseline().orElseGet(() -> Baselines.zeros(example));
    Optional<GradientSignature> gradients =
        GradientSignature.find(known, input)
            .filter(found -> request.inputs().size() == 1)
            .filter(found -> example.dtype() == DataType.FLOAT32)
            .filter(found -> output.equals(PROBABILITIES));
    ExplainMethod method =
        question
            .method()
            .orElse(
                gradients.isPresent()
                    ? ExplainMethod.INTEGRATED_GRADIENTS
                    : ExplainMethod.OCCLUSION);
    if (method.needsGradients() && gradients.isEmpty()) {
      throw new ServingException(
          ErrorReason.NOT_EXPLAINABLE,
          response.version()
              + " gives no gradients of '"
              + output
              + "' by '"
              + input
              + "'; OCCLUSION needs none");
    }
    Explained explained =
        new Explained(
            variants, request, response.version(), input, output, target, example, baseline);
    int steps =
        method == ExplainMethod.INTEGRATED_GRADIENTS
            ? question.steps() == 0 ? QuestionCheck.DEFAULT_STEPS : question.steps()
            : 0;
    double score = scores[target];
    CompletionStage<float[]> attributions =
        switch (method) {
          case INTEGRATED_GRADIENTS ->
              new IntegratedGradients(gradients.orElseThrow(), steps).attributions(explained);
          case SALIENCY -> explained.gradients(gradients.orElseThrow(), example);
          case OCCLUSION ->
              QuestionCheck.occlusion(question, example.shape()).attributions(explained, score);
        };
    return attributions.thenCompose(
        values ->
            explained
                .scores(baseline)
                .thenApply(
                    nothing -> explanation(explained, method, steps, values, score, nothing[0])));
  }

  private static Explanation explanation(
      Explained explained,
      ExplainMethod method,
      int steps,
      float[] values,
      double score,
      double baselineScore) {
    double sum = 0;
    for (float value : values) {
      sum += value;
    }
    return new Explanation(
        explained.version(),
        explained.request().signature(),
        explained.input(),
        explained.output(),
        explained.target(),
        method,
        Rows.floats(explained.example().shape(), values),
        score,
        baselineScore,
        sum - (score - baselineScore),
        steps);
  }

  private static String output(Question question, Signature signature) {
    Optional<String> output =
        question.output().isEmpty()
            ? ClassScores.find(signature)
            : Optional.of(question.output())
                .filter(name -> ClassScores.isOne(signature.outputs().get(name)));
    return output.orElseThrow(
        () ->
            new ServingException(
                ErrorReason.NOT_EXPLAINABLE,
                "an output of FLOAT32 or FLOAT64 with [batch, classes] is needed, named as"
                    + " 'output'; the signature gives "
                    + signature.outputs().keySet()));
  }

  private static int highest(float[] scores) {
    int best = 0;
    for (int i = 1; i < scores.length; i++) {
      best = scores[i] > scores[best] ? i : best;
    }
    return best;
  }
}
