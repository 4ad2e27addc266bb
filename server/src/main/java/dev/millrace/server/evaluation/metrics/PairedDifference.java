package dev.millrace.server.evaluation.metrics;

/**
 * How much more often one model is right than another on the same examples, with an interval that
 * holds the true difference: Wilson's intervals of the two shares, squared and added with a
 * correction for their correlation (R. G. Newcombe, Improved confidence intervals for the
 * difference between binomial proportions based on paired data, Statistics in Medicine 17, 1998,
 * method 10).
 *
 * @param value share of the first less that of the second, -1..1
 * @param lower lower end of the interval
 * @param upper upper end of the interval
 */
public record PairedDifference(double value, double lower, double upper) {
  /**
   * The difference of two models.
   *
   * @param test counts of the examples that each read rightly
   * @param z standard normal quantile of each end: 1.645 leaves 5 % of probability beyond it
   */
  public static PairedDifference of(McNemar test, double z) {
    double both = test.bothRight();
    double neither = test.bothWrong();
    double n = both + test.firstOnly() + test.secondOnly() + neither;
    if (n == 0) {
      return new PairedDifference(0, -1, 1);
    }
    Interval first = Interval.of(both + test.firstOnly(), n, z);
    Interval second = Interval.of(both + test.secondOnly(), n, z);
    double correlation = correlation(test, n);
    double value = (test.firstOnly() - test.secondOnly()) / n;
    return new PairedDifference(
        value,
        value - length(first.below(), second.above(), correlation),
        value + length(first.above(), second.below(), correlation));
  }

  private static double correlation(McNemar test, double n) {
    double both = test.bothRight();
    double neither = test.bothWrong();
    double margins =
        (both + test.firstOnly())
            * (test.secondOnly() + neither)
            * (both + test.secondOnly())
            * (test.firstOnly() + neither);
    double product = both * neither - (double) test.firstOnly() * test.secondOnly();
    double corrected = product < 0 ? product : Math.max(0, product - n / 2);
    return margins == 0 ? 0 : corrected / Math.sqrt(margins);
  }

  private static double length(double one, double other, double correlation) {
    return Math.sqrt(Math.max(0, one * one - 2 * correlation * one * other + other * other));
  }

  /** How far Wilson's interval reaches from the share. */
  private record Interval(double below, double above) {
    static Interval of(double hits, double n, double z) {
      double p = hits / n;
      double middle = (p + z * z / (2 * n)) / (1 + z * z / n);
      double half = z / (1 + z * z / n) * Math.sqrt(p * (1 - p) / n + z * z / (4 * n * n));
      return new Interval(p - (middle - half), middle + half - p);
    }
  }
}
