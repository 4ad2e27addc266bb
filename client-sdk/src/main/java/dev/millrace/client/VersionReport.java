package dev.millrace.client;

import java.time.Duration;
import java.util.List;

/**
 * Figures of one version. Shares are 0..1.
 *
 * @param version {@code models/mnist/versions/3}
 * @param accuracy examples read rightly
 * @param logLoss mean negative logarithm of the true class's probability, in nats
 * @param macroF1 mean F1 of all classes
 * @param classes figures of each class, in the order of the model's output
 * @param confusion for each class, in rows, how often it was taken for each class
 * @param expectedCalibrationError mean gap between confidence and accuracy
 * @param misread misread examples, those first that the version was most sure of
 * @param p50 half of the requests took no longer
 * @param p99 99 % of the requests took no longer
 * @param batchSize examples a request
 * @param examplesPerSecond examples a second
 * @param memoryBytes memory that the version takes; 0 when it was not measured
 * @param slices accuracy on parts of the examples
 * @param robustness accuracy on disturbed examples
 */
public record VersionReport(
    String version,
    Share accuracy,
    double logLoss,
    double macroF1,
    List<ClassReport> classes,
    List<List<Long>> confusion,
    double expectedCalibrationError,
    List<Misread> misread,
    Duration p50,
    Duration p99,
    int batchSize,
    double examplesPerSecond,
    long memoryBytes,
    List<Slice> slices,
    List<Robustness> robustness) {
  /** Copies the lists. */
  public VersionReport {
    classes = List.copyOf(classes);
    confusion = List.copyOf(confusion);
    misread = List.copyOf(misread);
    slices = List.copyOf(slices);
    robustness = List.copyOf(robustness);
  }

  /** A share, with the ends of the interval that holds the true one with 95 % confidence. */
  public record Share(long hits, long of, double value, double lower, double upper) {}

  /** How well a class is told from the others. */
  public record ClassReport(
      String label, double precision, double recall, double f1, long support) {}

  /** An example that was taken for another class; its index counts from 0 within the split. */
  public record Misread(long index, String label, String predicted, double probability) {}

  /** Accuracy on a part of the examples: what the part is made by, and which one it is. */
  public record Slice(String by, String value, Share accuracy) {}

  /** Accuracy at one strength of a disturbance. */
  public record Point(double strength, Share accuracy) {}

  /**
   * Accuracy on examples that were disturbed in one way.
   *
   * @param disturbance such as {@code noise}
   * @param undisturbed accuracy of the same examples as they are
   * @param points from the weakest strength to the strongest
   * @param skipped why it was not measured; empty when it was
   */
  public record Robustness(
      String disturbance, Share undisturbed, List<Point> points, String skipped) {
    /** Copies the list. */
    public Robustness {
      points = List.copyOf(points);
    }
  }
}
