package dev.millrace.server.evaluation.robustness;

import java.util.SplittableRandom;

/**
 * Adds normal noise to each pixel, and cuts off what leaves the range.
 *
 * @param deviation standard deviation
 */
record Noise(double deviation) implements PictureChange {
  @Override
  public float[] apply(float[] picture, int height, int width, SplittableRandom random) {
    float[] changed = new float[picture.length];
    for (int i = 0; i < picture.length; i++) {
      changed[i] = Brightness.clip(picture[i] + deviation * random.nextGaussian());
    }
    return changed;
  }
}
