package dev.millrace.server.feedback;

import dev.millrace.server.evaluation.metrics.Share;

/**
 * What is known of a version's answers since the server started.
 *
 * @param version its number
 * @param answered examples answered
 * @param told those of which callers told the truth, and that were right
 * @param classPsi drift of the classes told against the reference; NaN without one
 * @param confidenceKs drift of their probabilities; NaN without a reference or probabilities
 * @param confidencePValue how probable so large a drift is by chance
 * @param inputs drift of what was asked
 */
public record VersionFeedback(
    long version,
    long answered,
    Share told,
    double classPsi,
    double confidenceKs,
    double confidencePValue,
    InputDrift inputs) {
  /** Of a version of which nothing is known. */
  static VersionFeedback none(long version) {
    return new VersionFeedback(
        version, 0, new Share(0, 0), Double.NaN, Double.NaN, Double.NaN, InputDrift.NONE);
  }
}
