package dev.millrace.server.evaluation;

import dev.millrace.server.evaluation.metrics.McNemar;
import org.jspecify.annotations.Nullable;

/**
 * What was measured.
 *
 * @param datasetDigest of the dataset's files
 * @param examples how many
 * @param height rows of a picture
 * @param width columns of a picture
 * @param version figures of the version
 * @param baseline figures of the version it is compared with; null without one
 * @param comparison the two on the same examples; null without a baseline
 */
public record EvaluationResults(
    String datasetDigest,
    int examples,
    int height,
    int width,
    VersionFigures version,
    @Nullable VersionFigures baseline,
    @Nullable McNemar comparison) {
  EvaluationResults withoutMisread() {
    return new EvaluationResults(
        datasetDigest,
        examples,
        height,
        width,
        version.withoutMisread(),
        baseline == null ? null : baseline.withoutMisread(),
        comparison);
  }
}
