package dev.millrace.server.evaluation.robustness;

import java.util.SplittableRandom;

/**
 * Moves a picture in a direction drawn at random; what comes in is black.
 *
 * @param pixels how far
 */
record Shift(double pixels) implements PictureChange {
  @Override
  public float[] apply(float[] picture, int height, int width, SplittableRandom random) {
    double direction = 2 * Math.PI * random.nextDouble();
    double down = pixels * Math.sin(direction);
    double right = pixels * Math.cos(direction);
    float[] changed = new float[picture.length];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        changed[y * width + x] = Resampling.bilinear(picture, height, width, y - down, x - right);
      }
    }
    return changed;
  }
}
