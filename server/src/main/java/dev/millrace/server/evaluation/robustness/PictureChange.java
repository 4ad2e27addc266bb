package dev.millrace.server.evaluation.robustness;

import java.util.SplittableRandom;

/** Changes one picture. Stateless. */
@FunctionalInterface
public interface PictureChange {
  /** Leaves it as it is. */
  PictureChange NONE = (picture, height, width, random) -> picture;

  /**
   * The changed picture.
   *
   * @param picture brightness in 0..1, row-major; left as it is
   * @param random draws what is left to chance
   * @return brightness in 0..1, of the same size
   */
  float[] apply(float[] picture, int height, int width, SplittableRandom random);

  /**
   * The change that a disturbance makes at a strength.
   *
   * @throws IllegalArgumentException for FGSM, which needs a model
   */
  static PictureChange of(Disturbance disturbance, double strength) {
    return switch (disturbance) {
      case NOISE -> new Noise(strength);
      case BLUR -> new Blur(strength);
      case SHIFT -> new Shift(strength);
      case ROTATION -> new Rotation(strength);
      case CONTRAST -> new Contrast(strength);
      case FGSM -> throw new IllegalArgumentException("a model's gradient is needed");
    };
  }
}
