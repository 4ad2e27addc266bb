package dev.millrace.server.evaluation.metrics;

import java.util.Locale;

/**
 * Whether two models err equally often on the same examples (Q. McNemar, Note on the sampling error
 * of the difference between correlated proportions, 1947). Below 25 disagreements it is the exact
 * two-sided binomial test, else the chi-squared test with A. L. Edwards's continuity correction
 * (1948), as T. G. Dietterich advises for classifiers (1998).
 *
 * @param bothRight examples that both read rightly
 * @param firstOnly examples that the first alone read rightly: b
 * @param secondOnly examples that the second alone read rightly: c
 * @param bothWrong examples that neither read rightly
 */
public record McNemar(long bothRight, long firstOnly, long secondOnly, long bothWrong) {
  /** Disagreements from which the chi-squared test is used. */
  public static final int LARGE = 25;

  /** Probability below which a difference counts as more than chance. */
  public static final double SIGNIFICANCE = 0.05;

  /**
   * Compares predictions of the same examples.
   *
   * @throws IllegalArgumentException if they are not of the same examples
   */
  public static McNemar of(Predictions first, Predictions second) {
    if (first.count() != second.count()) {
      throw new IllegalArgumentException("the predictions are of different examples");
    }
    long[] counts = new long[4];
    for (int i = 0; i < first.count(); i++) {
      if (first.label(i) != second.label(i)) {
        throw new IllegalArgumentException("the predictions are of different examples");
      }
      counts[(first.isRight(i) ? 0 : 2) + (second.isRight(i) ? 0 : 1)]++;
    }
    return new McNemar(counts[0], counts[1], counts[2], counts[3]);
  }

  /** Examples on which one is right and the other wrong. */
  public long disagreements() {
    return firstOnly + secondOnly;
  }

  /** True for the exact test. */
  public boolean exact() {
    return disagreements() < LARGE;
  }

  /** The chi-squared statistic; 0 for the exact test. */
  public double statistic() {
    if (exact()) {
      return 0;
    }
    double difference = Math.max(0, Math.abs(firstOnly - secondOnly) - 1);
    return difference * difference / disagreements();
  }

  /** How probable so great a difference is between equally good models, 0..1. */
  public double pValue() {
    return exact() ? binomial() : ErrorFunction.complement(Math.sqrt(statistic() / 2));
  }

  /** True when the difference is more than chance at 5 %. */
  public boolean significant() {
    return pValue() < SIGNIFICANCE;
  }

  /** How the p-value was found, in words. */
  public String method() {
    return exact() ? "exact binomial" : "chi-squared with continuity correction";
  }

  /** What it means, in a sentence. */
  public String summary(String first, String second) {
    String counts =
        "of "
            + disagreements()
            + " examples on which they disagree, "
            + first
            + " alone is right on "
            + firstOnly
            + " and "
            + second
            + " alone on "
            + secondOnly;
    if (disagreements() == 0) {
      return first + " and " + second + " are right on the same examples";
    }
    String chance = String.format(Locale.ROOT, " (p = %.3g, %s)", pValue(), method());
    if (!significant()) {
      return "no difference beyond chance: " + counts + chance;
    }
    return (firstOnly > secondOnly ? first : second) + " is better: " + counts + chance;
  }

  private double binomial() {
    long n = disagreements();
    double term = Math.pow(0.5, n);
    double sum = 0;
    for (long k = 0; k <= Math.min(firstOnly, secondOnly); k++) {
      sum += term;
      term = term * (n - k) / (k + 1);
    }
    return Math.min(1, 2 * sum);
  }
}
