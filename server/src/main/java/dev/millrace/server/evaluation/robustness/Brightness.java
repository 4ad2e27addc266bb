package dev.millrace.server.evaluation.robustness;

/** Brightness of pixels, 0 black to 1 white. */
public final class Brightness {
  private Brightness() {}

  /** The nearest brightness that there is. */
  public static float clip(double value) {
    return (float) Math.min(1, Math.max(0, value));
  }

  /** Mean brightness of a picture; 0 without pixels. */
  public static double mean(float[] picture) {
    double sum = 0;
    for (float pixel : picture) {
      sum += pixel;
    }
    return picture.length == 0 ? 0 : sum / picture.length;
  }
}
