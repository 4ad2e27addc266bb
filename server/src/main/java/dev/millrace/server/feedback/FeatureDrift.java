package dev.millrace.server.feedback;

/**
 * How far one figure of the inputs has moved from its reference.
 *
 * @param feature the figure's name
 * @param psi population stability index over about ten bins; NaN while nothing is counted
 * @param ks statistic of Kolmogorov and Smirnov over the same bins, 0..1; NaN likewise
 * @param pValue how probable so large a statistic is by chance
 */
public record FeatureDrift(String feature, double psi, double ks, double pValue) {}
