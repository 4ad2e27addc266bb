package dev.millrace.server.evaluation;

import dev.millrace.server.evaluation.metrics.McNemar;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was measured.
 *
 * @param datasetDigest of the dataset's files
 * @param examples how many
 * @param height rows of a picture; 0 for texts
 * @param width columns of a picture; 0 for texts
 * @param version figures of the version
 * @param baseline figures of the version it is compared with; null without one
 * @param comparison the two on the same examples; null without a baseline
 * @param labels what the classes are called; empty or null where by their numbers
 */
public record EvaluationResults(
    String datasetDigest,
    int examples,
    int height,
    int width,
    VersionFigures version,
    @Nullable VersionFigures baseline,
    @Nullable McNemar comparison,
    @Nullable List<String> labels) {
  /** Of classes that are called by their numbers. */
  public EvaluationResults(
      String datasetDigest,
      int examples,
      int height,
      int width,
      VersionFigures version,
      @Nullable VersionFigures baseline,
      @Nullable McNemar comparison) {
    this(datasetDigest, examples, height, width, version, baseline, comparison, List.of());
  }

  /** What a class is called. */
  public String label(int index) {
    return labels == null || labels.isEmpty() ? Integer.toString(index) : labels.get(index);
  }

  long exampleBytes() {
    return version.exampleBytes() + (baseline == null ? 0 : baseline.exampleBytes());
  }

  EvaluationResults withoutExamples() {
    return new EvaluationResults(
        datasetDigest,
        examples,
        height,
        width,
        version.withoutExamples(),
        baseline == null ? null : baseline.withoutExamples(),
        comparison,
        labels);
  }

  EvaluationResults withoutMisread() {
    return new EvaluationResults(
        datasetDigest,
        examples,
        height,
        width,
        version.withoutMisread(),
        baseline == null ? null : baseline.withoutMisread(),
        comparison,
        labels);
  }
}
