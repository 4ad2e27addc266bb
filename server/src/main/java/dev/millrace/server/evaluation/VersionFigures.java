package dev.millrace.server.evaluation;

import dev.millrace.server.evaluation.metrics.Calibration;
import dev.millrace.server.evaluation.metrics.ClassFigures;
import dev.millrace.server.evaluation.metrics.ConfusionMatrix;
import dev.millrace.server.evaluation.metrics.Latency;
import dev.millrace.server.evaluation.metrics.Share;
import dev.millrace.server.model.VersionId;
import java.util.List;
import java.util.Set;

/**
 * What was measured of one version.
 *
 * @param version the version
 * @param digest of its content
 * @param accuracy examples read rightly
 * @param logLoss in nats
 * @param classes figures of each class
 * @param confusion which class was taken for which
 * @param calibration whether its probabilities mean what they say
 * @param misread some of the misread examples, the surest first
 * @param latency how long its requests took
 * @param memoryBytes memory that it takes
 * @param slices accuracy on parts of the examples
 * @param robustness accuracy on disturbed examples
 */
public record VersionFigures(
    VersionId version,
    String digest,
    Share accuracy,
    double logLoss,
    List<ClassFigures> classes,
    ConfusionMatrix confusion,
    Calibration calibration,
    List<MisreadExample> misread,
    Latency latency,
    long memoryBytes,
    List<SliceAccuracy> slices,
    List<Robustness> robustness) {
  // Other slices are named by the values of a column of the dataset.
  private static final Set<String> MEASURED = Set.of("class", "brightness", "length");

  /** Copies the lists. */
  public VersionFigures {
    classes = List.copyOf(classes);
    misread = List.copyOf(misread);
    slices = List.copyOf(slices);
    robustness = List.copyOf(robustness);
  }

  VersionFigures withoutMisread() {
    return with(slices);
  }

  /** Bytes of misread examples, and of values of columns that slices are named after. */
  long exampleBytes() {
    long bytes = 0;
    for (MisreadExample example : misread) {
      bytes += example.pixels().remaining() + example.words().length();
    }
    for (SliceAccuracy slice : slices) {
      bytes += MEASURED.contains(slice.by()) ? 0 : slice.value().length();
    }
    return bytes;
  }

  /** The same with what was measured alone, and nothing of what it was measured on. */
  VersionFigures withoutExamples() {
    return with(slices.stream().filter(slice -> MEASURED.contains(slice.by())).toList());
  }

  private VersionFigures with(List<SliceAccuracy> parts) {
    return new VersionFigures(
        version,
        digest,
        accuracy,
        logLoss,
        classes,
        confusion,
        calibration,
        List.of(),
        latency,
        memoryBytes,
        parts,
        robustness);
  }
}
