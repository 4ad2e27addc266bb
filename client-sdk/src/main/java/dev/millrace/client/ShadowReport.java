package dev.millrace.client;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How a shadow's answers compare with those that callers got.
 *
 * @param version the version that gets copies
 * @param comparedRequests requests whose answers were compared
 * @param comparedExamples examples (rows) of those
 * @param agreement share of the examples on which both said the same, 0..1
 * @param largestDifference largest difference between two numbers of the same place
 * @param classes examples by the class that callers were told
 * @param failedRequests copies that the shadow failed to answer
 * @param droppedRequests copies that were given up because the server was busy
 * @param primary times of the answers that callers got to requests that were copied
 * @param shadow times of the shadow's answers
 */
public record ShadowReport(
    long version,
    long comparedRequests,
    long comparedExamples,
    double agreement,
    double largestDifference,
    Map<String, ClassAgreement> classes,
    long failedRequests,
    long droppedRequests,
    Times primary,
    Times shadow) {
  /** Copies the map. */
  public ShadowReport {
    classes = Collections.unmodifiableMap(new LinkedHashMap<>(classes));
  }

  /**
   * Examples of one class.
   *
   * @param examples how many
   * @param agreed those on which the shadow said the same
   */
  public record ClassAgreement(long examples, long agreed) {}

  /**
   * How long answers took.
   *
   * @param p50 the median
   * @param p99 the 99th percentile
   */
  public record Times(Duration p50, Duration p99) {}
}
