package dev.millrace.server.inference.shadow;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a shadow's answers have shown.
 *
 * @param version the version that gets copies
 * @param comparedRequests requests whose answers were compared
 * @param comparedExamples examples of those
 * @param agreedExamples those on which both said the same
 * @param largestDifference largest difference between two numbers of the same place
 * @param classes counts by the class that callers were told, at most 1,000 classes
 * @param failedRequests copies that the shadow failed to answer
 * @param droppedRequests copies that were given up
 * @param primary times of the answers that callers got
 * @param shadow times of the shadow's answers
 */
public record ShadowReport(
    long version,
    long comparedRequests,
    long comparedExamples,
    long agreedExamples,
    double largestDifference,
    Map<String, ClassCount> classes,
    long failedRequests,
    long droppedRequests,
    Times primary,
    Times shadow) {
  /** Copies the map. */
  public ShadowReport {
    classes = Collections.unmodifiableMap(new LinkedHashMap<>(classes));
  }

  /** Share of the examples on which both said the same, 0 to 1; 0 while none were compared. */
  public double agreement() {
    return comparedExamples == 0 ? 0 : (double) agreedExamples / comparedExamples;
  }

  /**
   * Examples of one class.
   *
   * @param examples how many
   * @param agreed those on which the shadow said the same
   */
  public record ClassCount(long examples, long agreed) {
    ClassCount with(boolean same) {
      return new ClassCount(examples + 1, agreed + (same ? 1 : 0));
    }
  }

  /**
   * How long answers took; zero while there are none.
   *
   * @param p50 the median
   * @param p99 the 99th percentile
   */
  public record Times(Duration p50, Duration p99) {}
}
