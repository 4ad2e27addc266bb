package dev.millrace.server.evaluation.metrics;

/**
 * A share of examples, with an interval that holds the true share with 95 % confidence: Wilson's
 * score interval (E. B. Wilson, Probable inference, the law of succession, and statistical
 * inference, 1927), which stays within 0..1 and is no point even where all or none count.
 *
 * @param hits examples that count, 0 to {@code of}
 * @param of of how many, at least 0
 */
public record Share(long hits, long of) {
  private static final double Z = 1.959963984540054;

  /**
   * Checks the counts.
   *
   * @throws IllegalArgumentException if they do not go together
   */
  public Share {
    if (hits < 0 || hits > of) {
      throw new IllegalArgumentException(hits + " of " + of + " is no share");
    }
  }

  /** The share, 0..1; 0 of 0 is 0. */
  public double value() {
    return of == 0 ? 0 : (double) hits / of;
  }

  /** Lower end of the interval, 0..1; 0 for 0 of 0. */
  public double lower() {
    return of == 0 || hits == 0 ? 0 : middle() - half();
  }

  /** Upper end of the interval, 0..1; 1 for 0 of 0. */
  public double upper() {
    return of == 0 || hits == of ? 1 : middle() + half();
  }

  private double middle() {
    return (value() + Z * Z / (2 * of)) / (1 + Z * Z / of);
  }

  private double half() {
    double p = value();
    double n = of;
    return Z / (1 + Z * Z / n) * Math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n));
  }
}
