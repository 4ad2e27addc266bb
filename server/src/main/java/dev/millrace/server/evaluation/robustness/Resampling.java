package dev.millrace.server.evaluation.robustness;

/** Reads pictures between their pixels; black outside. */
final class Resampling {
  private Resampling() {}

  /** Brightness at a place, from the four pixels around it by distance. */
  static float bilinear(float[] picture, int height, int width, double y, double x) {
    int top = (int) Math.floor(y);
    int left = (int) Math.floor(x);
    double down = y - top;
    double right = x - left;
    double above =
        (1 - right) * pixel(picture, height, width, top, left)
            + right * pixel(picture, height, width, top, left + 1);
    double below =
        (1 - right) * pixel(picture, height, width, top + 1, left)
            + right * pixel(picture, height, width, top + 1, left + 1);
    return Brightness.clip((1 - down) * above + down * below);
  }

  private static float pixel(float[] picture, int height, int width, int y, int x) {
    return y < 0 || y >= height || x < 0 || x >= width ? 0 : picture[y * width + x];
  }
}
