package dev.millrace.server.evaluation.robustness;

import java.util.SplittableRandom;

/**
 * A Gaussian blur, along rows and then along columns; the border goes on outside.
 *
 * @param deviation standard deviation in pixels
 */
record Blur(double deviation) implements PictureChange {
  private static final int REACH = 3;

  @Override
  public float[] apply(float[] picture, int height, int width, SplittableRandom random) {
    double[] kernel = kernel();
    float[] rows = new float[picture.length];
    float[] both = new float[picture.length];
    int reach = kernel.length / 2;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        double sum = 0;
        for (int k = -reach; k <= reach; k++) {
          sum += kernel[k + reach] * picture[y * width + inside(x + k, width)];
        }
        rows[y * width + x] = (float) sum;
      }
    }
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        double sum = 0;
        for (int k = -reach; k <= reach; k++) {
          sum += kernel[k + reach] * rows[inside(y + k, height) * width + x];
        }
        both[y * width + x] = Brightness.clip(sum);
      }
    }
    return both;
  }

  private double[] kernel() {
    int reach = (int) Math.ceil(REACH * deviation);
    double[] kernel = new double[2 * reach + 1];
    double sum = 0;
    for (int k = -reach; k <= reach; k++) {
      kernel[k + reach] = Math.exp(-k * k / (2 * deviation * deviation));
      sum += kernel[k + reach];
    }
    for (int i = 0; i < kernel.length; i++) {
      kernel[i] /= sum;
    }
    return kernel;
  }

  private static int inside(int place, int size) {
    return Math.min(size - 1, Math.max(0, place));
  }
}
