package dev.millrace.server.tensorflow.recipe;

import org.tensorflow.ndarray.Shape;

/**
 * What can be chosen of {@link MnistNetwork}. Padded, a convolution keeps an image's size;
 * otherwise it has no output where its kernel would look beyond the edge, which leaves half of the
 * work and, of digits in the middle of an image, nothing out.
 *
 * @param convolutions of each block: 1 of 5x5, or 2 of 3x3
 * @param padded whether convolutions pad an image with zeros
 */
record NetworkForm(int convolutions, boolean padded) {
  private static final int POOL = 2;

  /** Shape of a convolution's kernel. */
  Shape kernel(int channels, int filters) {
    return Shape.of(size(), size(), channels, filters);
  }

  /** A convolution's padding, as TensorFlow names it. */
  String padding() {
    return padded ? "SAME" : "VALID";
  }

  /** What so many blocks leave of so many pixels, along one side. */
  int left(int pixels, int blocks) {
    int left = pixels;
    for (int block = 0; block < blocks; block++) {
      left = (padded ? left : left - convolutions * (size() - 1)) / POOL;
    }
    return left;
  }

  private int size() {
    return convolutions == 1 ? 5 : 3;
  }
}
