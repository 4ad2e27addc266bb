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
 */
public record VersionFeedback(
    long version,
    long answered,
    Share told,
    double classPsi,
    double confidenceKs,
    double confidencePValue) {}
