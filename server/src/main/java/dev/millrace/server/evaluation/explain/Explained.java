package dev.millrace.server.evaluation.explain;

import dev.millrace.server.evaluation.subject.ClassScores;
import dev.millrace.server.evaluation.subject.GradientSignature;
import dev.millrace.server.inference.InferenceRequest;
import dev.millrace.server.inference.Predictor;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionChoice;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.tensor.TensorData;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * An example, a version and a class of it, and the two questions that every method asks: the score
 * of variants of the example, and their gradients.
 *
 * @param predictor answers variants
 * @param request the request that is explained
 * @param version the version that answered it
 * @param input the input that is explained
 * @param output the output whose value is explained
 * @param target the class
 * @param example the input's tensor, one row
 * @param baseline what counts as nothing there, one row
 */
record Explained(
    Predictor predictor,
    InferenceRequest request,
    VersionId version,
    String input,
    String output,
    int target,
    TensorData example,
    TensorData baseline) {
  /** The score of each variant. */
  CompletionStage<double[]> scores(TensorData variants) {
    int count = (int) variants.shape().size(0);
    Map<String, TensorData> inputs = new HashMap<>();
    request
        .inputs()
        .forEach(
            (name, tensor) ->
                inputs.put(name, name.equals(input) ? variants : Rows.repeat(tensor, count)));
    return ask(request.signature(), inputs, output).thenApply(answer -> scores(answer, count));
  }

  private double[] scores(TensorData answer, int count) {
    float[] values = read(answer);
    int classes = values.length / count;
    double[] scores = new double[count];
    for (int i = 0; i < count; i++) {
      scores[i] = values[i * classes + target];
    }
    return scores;
  }

  /** The values of an output with one for each class. */
  static float[] read(TensorData answer) {
    try {
      return ClassScores.read(answer);
    } catch (IllegalArgumentException unfit) {
      throw new ServingException(
          ErrorReason.NOT_EXPLAINABLE,
          "the output is " + answer + ", not [batch, classes]; name another one as 'output'");
    }
  }

  /** The gradients of the score by each variant, row by row. */
  CompletionStage<float[]> gradients(GradientSignature signature, TensorData variants) {
    int[] targets = new int[(int) variants.shape().size(0)];
    Arrays.fill(targets, target);
    return ask(
            GradientSignature.NAME,
            signature.inputs(variants, targets),
            GradientSignature.GRADIENTS)
        .thenApply(
            answer -> {
              if (answer.shape().elementCount() != variants.shape().elementCount()) {
                throw new ServingException(
                    ErrorReason.NOT_EXPLAINABLE,
                    version + " gives gradients of " + answer.shape() + " for " + variants.shape());
              }
              return Rows.values(answer);
            });
  }

  private CompletionStage<TensorData> ask(
      String signature, Map<String, TensorData> inputs, String wanted) {
    return predictor
        .predict(
            new InferenceRequest(
                new ModelReference(version.model(), new VersionChoice.Exact(version.number())),
                signature,
                inputs,
                List.of(wanted),
                request.deadline(),
                request.cancelled(),
                request.priority(),
                request.caller()))
        .thenApply(response -> Optional.ofNullable(response.outputs().get(wanted)).orElseThrow());
  }
}
