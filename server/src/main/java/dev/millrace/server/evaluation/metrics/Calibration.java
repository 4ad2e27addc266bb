package dev.millrace.server.evaluation.metrics;

import java.util.ArrayList;
import java.util.List;

/**
 * Whether probabilities mean what they say: the reliability of the predicted class's probability in
 * 15 bins of equal width, and the expected and the maximum calibration error (M. P. Naeini, G. F.
 * Cooper and M. Hauskrecht, Obtaining well calibrated probabilities using Bayesian binning, 2015;
 * C. Guo et al., On calibration of modern neural networks, 2017).
 *
 * @param expectedError mean gap between confidence and accuracy of an example's bin, 0..1
 * @param maximumError largest gap of a bin, 0..1
 * @param bins all of them, from 0 to 1
 */
public record Calibration(double expectedError, double maximumError, List<Bin> bins) {
  /** How many bins. */
  public static final int BINS = 15;

  /**
   * The examples whose predicted class has a probability above {@code lower} and up to {@code
   * upper}.
   *
   * @param examples how many
   * @param confidence their mean probability; 0 when there is none
   * @param accuracy share of them that is right; 0 when there is none
   */
  public record Bin(double lower, double upper, long examples, double confidence, double accuracy) {
    double gap() {
      return Math.abs(accuracy - confidence);
    }
  }

  /** Copies the list. */
  public Calibration {
    bins = List.copyOf(bins);
  }

  /** Measures predictions. */
  public static Calibration of(Predictions predictions) {
    long[] examples = new long[BINS];
    long[] right = new long[BINS];
    double[] confidence = new double[BINS];
    for (int i = 0; i < predictions.count(); i++) {
      double probability = predictions.probability(i, predictions.predicted(i));
      int bin = bin(probability);
      examples[bin]++;
      confidence[bin] += probability;
      right[bin] += predictions.isRight(i) ? 1 : 0;
    }
    List<Bin> bins = new ArrayList<>(BINS);
    double expected = 0;
    double maximum = 0;
    for (int i = 0; i < BINS; i++) {
      long n = examples[i];
      Bin bin =
          new Bin(
              (double) i / BINS,
              (i + 1.0) / BINS,
              n,
              n == 0 ? 0 : confidence[i] / n,
              n == 0 ? 0 : (double) right[i] / n);
      bins.add(bin);
      expected += n == 0 ? 0 : bin.gap() * n / predictions.count();
      maximum = Math.max(maximum, bin.gap());
    }
    return new Calibration(expected, maximum, bins);
  }

  /** The bin of a probability, which has its upper end. */
  public static int bin(double probability) {
    return Math.min(BINS - 1, Math.max(0, (int) Math.ceil(probability * BINS) - 1));
  }
}
