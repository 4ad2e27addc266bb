package dev.millrace.server.evaluation.metrics;

/**
 * The complementary error function, to about 1e-14: a power series near 0 and a continued fraction
 * elsewhere (M. Abramowitz and I. A. Stegun, Handbook of Mathematical Functions, 7.1.6 and 7.1.14).
 */
final class ErrorFunction {
  private static final double SERIES_TO = 2;
  private static final int TERMS = 200;

  private ErrorFunction() {}

  /** erfc(x) for x of at least 0: 1 at 0, towards 0 for large x. */
  static double complement(double x) {
    return x < SERIES_TO ? 1 - series(x) : fraction(x);
  }

  private static double series(double x) {
    double term = x;
    double sum = x;
    for (int n = 1; n < TERMS && term > sum * 1e-17; n++) {
      term *= 2 * x * x / (2 * n + 1);
      sum += term;
    }
    return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
  }

  private static double fraction(double x) {
    double tail = x;
    for (int n = TERMS; n >= 1; n--) {
      tail = x + n / 2.0 / tail;
    }
    return Math.exp(-x * x) / (Math.sqrt(Math.PI) * tail);
  }
}
