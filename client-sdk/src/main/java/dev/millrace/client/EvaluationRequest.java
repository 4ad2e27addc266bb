package dev.millrace.client;

import java.util.List;
import java.util.OptionalLong;

/**
 * What to measure; what is empty or 0 takes the server's default.
 *
 * @param model the version to measure: {@code mnist}, {@code models/mnist/versions/3} or {@code
 *     models/mnist/labels/champion}
 * @param baseline another version to compare it with, written the same way; empty for none
 * @param dataset name of the dataset; empty for {@code mnist}
 * @param split {@code train}, {@code validation} or {@code test}; empty for test
 * @param maxExamples the first so many examples; 0 for all
 * @param signature signature to run; empty for {@code serving_default}
 * @param output output with a value for each class; empty for the usual one
 * @param batchSize examples a request; 0 for the server's default
 * @param disturbances {@code noise}, {@code blur}, {@code shift}, {@code rotation}, {@code
 *     contrast} and {@code fgsm}; empty for none
 * @param robustnessExamples examples for each disturbance and strength; 0 for the server's default
 * @param seed the same one gives the same disturbances; empty for the server's default
 */
public record EvaluationRequest(
    String model,
    String baseline,
    String dataset,
    String split,
    int maxExamples,
    String signature,
    String output,
    int batchSize,
    List<String> disturbances,
    int robustnessExamples,
    OptionalLong seed) {
  /** Copies the list. */
  public EvaluationRequest {
    disturbances = List.copyOf(disturbances);
  }

  /** A version on the test examples of MNIST, by the server's defaults. */
  public static EvaluationRequest of(String model) {
    return new EvaluationRequest(
        model, "", "", "", 0, "", "", 0, List.of(), 0, OptionalLong.empty());
  }

  /** The same, compared with another version. */
  public EvaluationRequest withBaseline(String other) {
    return new EvaluationRequest(
        model,
        other,
        dataset,
        split,
        maxExamples,
        signature,
        output,
        batchSize,
        disturbances,
        robustnessExamples,
        seed);
  }

  /** The same on other examples: at most so many of a dataset's split; 0 for all. */
  public EvaluationRequest on(String otherDataset, String otherSplit, int most) {
    return new EvaluationRequest(
        model,
        baseline,
        otherDataset,
        otherSplit,
        most,
        signature,
        output,
        batchSize,
        disturbances,
        robustnessExamples,
        seed);
  }

  /** The same by another signature and output. */
  public EvaluationRequest by(String otherSignature, String otherOutput) {
    return new EvaluationRequest(
        model,
        baseline,
        dataset,
        split,
        maxExamples,
        otherSignature,
        otherOutput,
        batchSize,
        disturbances,
        robustnessExamples,
        seed);
  }

  /** The same with disturbances, each measured on so many examples; 0 for the server's default. */
  public EvaluationRequest withDisturbances(List<String> others, int examples) {
    return new EvaluationRequest(
        model,
        baseline,
        dataset,
        split,
        maxExamples,
        signature,
        output,
        batchSize,
        others,
        examples,
        seed);
  }

  /** The same with another seed. */
  public EvaluationRequest withSeed(long other) {
    return new EvaluationRequest(
        model,
        baseline,
        dataset,
        split,
        maxExamples,
        signature,
        output,
        batchSize,
        disturbances,
        robustnessExamples,
        OptionalLong.of(other));
  }
}
