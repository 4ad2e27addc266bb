package dev.millrace.server.tensorflow.recipe;

import java.util.SplittableRandom;

/**
 * Made-up pictures, as like handwriting as warming up needs: a few strokes with soft edges. They
 * are made up so that no example of a dataset goes into the models that were trained on it.
 */
final class WarmUpPictures {
  private static final int STROKES = 3;
  private static final double THICKNESS = 1.3;
  private static final double MARGIN = 0.2;

  private WarmUpPictures() {}

  /**
   * A picture.
   *
   * @param number the same one gives the same picture
   * @return row-major, 0 to 1, each a multiple of 1/255
   */
  static float[] of(int number, int height, int width) {
    SplittableRandom random = new SplittableRandom(number);
    float[] picture = new float[height * width];
    double[] from = point(random, height, width);
    for (int stroke = 0; stroke < STROKES; stroke++) {
      double[] to = point(random, height, width);
      for (int i = 0; i < picture.length; i++) {
        double distance = distance(i / width, i % width, from, to);
        float ink = Math.round(255 * Math.max(0, Math.min(1, THICKNESS + 0.5 - distance))) / 255f;
        picture[i] = Math.max(picture[i], ink);
      }
      from = to;
    }
    return picture;
  }

  private static double[] point(SplittableRandom random, int height, int width) {
    return new double[] {
      height * (MARGIN + random.nextDouble() * (1 - 2 * MARGIN)),
      width * (MARGIN + random.nextDouble() * (1 - 2 * MARGIN))
    };
  }

  /** From a point to the nearest one of a line between two. */
  private static double distance(double y, double x, double[] from, double[] to) {
    double dy = to[0] - from[0];
    double dx = to[1] - from[1];
    double length = dy * dy + dx * dx;
    double along = length == 0 ? 0 : ((y - from[0]) * dy + (x - from[1]) * dx) / length;
    double nearest = Math.max(0, Math.min(1, along));
    return Math.hypot(y - from[0] - nearest * dy, x - from[1] - nearest * dx);
  }
}
