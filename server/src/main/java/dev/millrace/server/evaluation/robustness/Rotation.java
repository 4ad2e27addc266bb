package dev.millrace.server.evaluation.robustness;

import java.util.SplittableRandom;

/**
 * Turns a picture about its middle, to a side drawn at random; what comes in is black.
 *
 * @param degrees how far
 */
record Rotation(double degrees) implements PictureChange {
  @Override
  public float[] apply(float[] picture, int height, int width, SplittableRandom random) {
    double angle = Math.toRadians(random.nextBoolean() ? degrees : -degrees);
    double sin = Math.sin(angle);
    double cos = Math.cos(angle);
    double middleY = (height - 1) / 2.0;
    double middleX = (width - 1) / 2.0;
    float[] changed = new float[picture.length];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        double dy = y - middleY;
        double dx = x - middleX;
        changed[y * width + x] =
            Resampling.bilinear(
                picture,
                height,
                width,
                middleY + cos * dy - sin * dx,
                middleX + sin * dy + cos * dx);
      }
    }
    return changed;
  }
}
