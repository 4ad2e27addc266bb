package dev.millrace.server.feedback;

/** How far a distribution has moved from a reference, both as counts of the same bins. */
public final class Drift {
  private static final double UNSEEN = 0.5;

  private Drift() {}

  /**
   * The population stability index, the symmetric Kullback-Leibler divergence of the two (B.
   * Yurdakul, Statistical properties of population stability index, 2018): above 0.1 a moderate,
   * above 0.25 a large shift by the usual rule of thumb. Each bin counts half an observation more
   * than it has, so that an empty one leaves the index finite.
   *
   * @return 0 or more; NaN when one of the two has no observation
   */
  public static double psi(long[] reference, long[] observed) {
    double expectedSum = total(reference) + UNSEEN * reference.length;
    double observedSum = total(observed) + UNSEEN * observed.length;
    if (total(reference) == 0 || total(observed) == 0) {
      return Double.NaN;
    }
    double index = 0;
    for (int bin = 0; bin < reference.length; bin++) {
      double expected = (reference[bin] + UNSEEN) / expectedSum;
      double seen = (observed[bin] + UNSEEN) / observedSum;
      index += (seen - expected) * Math.log(seen / expected);
    }
    return index;
  }

  /**
   * The statistic of Kolmogorov and Smirnov for ordered bins: the largest difference of the
   * cumulated shares. Over bins it is at most that of the values themselves.
   *
   * @return 0..1; NaN when one of the two has no observation
   */
  public static double ks(long[] reference, long[] observed) {
    double expectedSum = total(reference);
    double observedSum = total(observed);
    if (expectedSum == 0 || observedSum == 0) {
      return Double.NaN;
    }
    double largest = 0;
    double expected = 0;
    double seen = 0;
    for (int bin = 0; bin < reference.length; bin++) {
      expected += reference[bin] / expectedSum;
      seen += observed[bin] / observedSum;
      largest = Math.max(largest, Math.abs(expected - seen));
    }
    return largest;
  }

  /**
   * How probable so large a statistic is of two samples of the same distribution (Kolmogorov's
   * limit with M. Stephens's correction, 1970), 0..1; NaN for a statistic that is none. Bins make
   * it larger than it is, so that it tells of drift later rather than too soon.
   */
  public static double ksPValue(double statistic, long reference, long observed) {
    if (Double.isNaN(statistic)) {
      return Double.NaN;
    }
    double effective = Math.sqrt((double) reference * observed / (reference + observed));
    double lambda = (effective + 0.12 + 0.11 / effective) * statistic;
    if (lambda < 0.2) {
      return 1;
    }
    double sum = 0;
    for (int k = 1; k <= 100; k++) {
      sum += (k % 2 == 1 ? 1 : -1) * Math.exp(-2.0 * k * k * lambda * lambda);
    }
    return Math.max(0, Math.min(1, 2 * sum));
  }

  /** All observations. */
  static long total(long[] counts) {
    long sum = 0;
    for (long count : counts) {
      sum += count;
    }
    return sum;
  }
}
