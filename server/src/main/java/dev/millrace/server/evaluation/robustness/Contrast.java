package dev.millrace.server.evaluation.robustness;

import java.util.SplittableRandom;

/**
 * Draws brightness together about the picture's mean.
 *
 * @param share what is left of the range
 */
record Contrast(double share) implements PictureChange {
  @Override
  public float[] apply(float[] picture, int height, int width, SplittableRandom random) {
    double mean = Brightness.mean(picture);
    float[] changed = new float[picture.length];
    for (int i = 0; i < picture.length; i++) {
      changed[i] = Brightness.clip(mean + share * (picture[i] - mean));
    }
    return changed;
  }
}
