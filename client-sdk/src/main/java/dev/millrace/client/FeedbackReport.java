package dev.millrace.client;

import java.util.OptionalDouble;

/**
 * What is known of a version's answers since the server started.
 *
 * @param version number of the version
 * @param answered examples answered
 * @param accuracy of those whose truth was told, the ones answered rightly
 * @param classPsi population stability index of the classes against the version's judgement; empty
 *     without one
 * @param confidenceKs Kolmogorov-Smirnov statistic of their probabilities, 0..1; empty without a
 *     judgement or probabilities
 */
public record FeedbackReport(
    long version,
    long answered,
    VersionReport.Share accuracy,
    OptionalDouble classPsi,
    OptionalDouble confidenceKs) {}
