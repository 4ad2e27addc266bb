package dev.millrace.server.evaluation.metrics;

/**
 * The mean negative logarithm of the true class's probability, in nats (I. J. Good, Rational
 * decisions, 1952). Probabilities are kept within the double's epsilon of 0 and 1, as scikit-learn
 * does, so that one sure error is not infinite.
 */
public final class LogLoss {
  private static final double EPSILON = Math.ulp(1.0);

  private LogLoss() {}

  /** The log loss, at least 0; 0 without examples. */
  public static double of(Predictions predictions) {
    double sum = 0;
    for (int i = 0; i < predictions.count(); i++) {
      double probability = predictions.probability(i, predictions.label(i));
      sum -= Math.log(Math.min(Math.max(probability, EPSILON), 1 - EPSILON));
    }
    return predictions.count() == 0 ? 0 : sum / predictions.count();
  }
}
