package dev.millrace.client;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * What is known of a version's answers, and of what it was asked, since the server started.
 *
 * @param version number of the version
 * @param answered examples answered
 * @param accuracy of those whose truth was told, the ones answered rightly
 * @param classPsi population stability index of the classes against the version's judgement; empty
 *     without one
 * @param confidenceKs Kolmogorov-Smirnov statistic of their probabilities, 0..1; empty without a
 *     judgement or probabilities
 * @param inputPsi largest population stability index of the figures of what was asked, against the
 *     training or the first requests; empty while nothing is compared
 * @param inputDrift that index by figure; empty likewise
 */
public record FeedbackReport(
    long version,
    long answered,
    VersionReport.Share accuracy,
    OptionalDouble classPsi,
    OptionalDouble confidenceKs,
    OptionalDouble inputPsi,
    Map<String, Double> inputDrift) {
  /** Copies the map. */
  public FeedbackReport {
    inputDrift = Collections.unmodifiableMap(new LinkedHashMap<>(inputDrift));
  }
}
