package dev.millrace.server.evaluation;

import dev.millrace.server.evaluation.robustness.Disturbance;
import dev.millrace.server.model.VersionId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is measured, and on what, with every default filled in.
 *
 * @param version the version that is measured
 * @param baseline the version it is compared with; null for none
 * @param dataset name of the dataset
 * @param split which of its examples
 * @param maxExamples the first so many of them; 0 for all
 * @param signature name of the signature to run
 * @param input name of the input that takes the examples; empty for the only one
 * @param output name of the output that tells the classes; empty for the usual one
 * @param batchSize examples a request
 * @param disturbances ways to disturb the examples
 * @param robustnessExamples examples that each disturbance and strength is measured on
 * @param seed the same one gives the same disturbances
 * @param maxMisread misread examples that are kept
 */
public record EvaluationSpec(
    VersionId version,
    @Nullable VersionId baseline,
    String dataset,
    DatasetSplit split,
    int maxExamples,
    String signature,
    String input,
    String output,
    int batchSize,
    List<Disturbance> disturbances,
    int robustnessExamples,
    long seed,
    int maxMisread) {
  /** Copies the list. */
  public EvaluationSpec {
    disturbances = List.copyOf(disturbances);
  }
}
