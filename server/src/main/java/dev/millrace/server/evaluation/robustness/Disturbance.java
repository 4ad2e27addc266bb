package dev.millrace.server.evaluation.robustness;

import java.util.List;

/**
 * A way to disturb pictures, at five strengths, after D. Hendrycks and T. Dietterich, Benchmarking
 * neural network robustness to common corruptions and perturbations, 2019.
 */
public enum Disturbance {
  /** Standard deviation of normal noise, of the range of brightness. */
  NOISE(0.1, 0.2, 0.3, 0.4, 0.5),
  /** Standard deviation of a Gaussian blur, in pixels. */
  BLUR(0.5, 1, 1.5, 2, 2.5),
  /** Pixels that the picture is moved by. */
  SHIFT(1, 2, 3, 4, 5),
  /** Degrees that it is turned by. */
  ROTATION(10, 20, 30, 40, 50),
  /** Share of the range of brightness that is left. */
  CONTRAST(0.8, 0.6, 0.4, 0.25, 0.15),
  /**
   * Step of each pixel along the sign of the loss's gradient, of the range of brightness (I. J.
   * Goodfellow, J. Shlens and C. Szegedy, Explaining and harnessing adversarial examples, 2015).
   */
  FGSM(0.02, 0.05, 0.1, 0.2, 0.3);

  private final List<Double> strengths;

  Disturbance(double... strengths) {
    this.strengths = java.util.Arrays.stream(strengths).boxed().toList();
  }

  /** The five strengths, from the weakest to the strongest. */
  public List<Double> strengths() {
    return strengths;
  }
}
