package dev.millrace.server.dataset;

import java.util.Objects;

/**
 * Grey images of one size with their classes, in memory. Immutable: the arrays are neither copied
 * nor handed out.
 *
 * <p>Stored as one byte a pixel; readers scale to 0..1.
 */
public final class LabelledImages {
  private final byte[] pixels;
  private final byte[] labels;
  private final int offset;
  private final int count;
  private final int height;
  private final int width;

  private LabelledImages(
      byte[] pixels, byte[] labels, int offset, int count, int height, int width) {
    this.pixels = pixels;
    this.labels = labels;
    this.offset = offset;
    this.count = count;
    this.height = height;
    this.width = width;
  }

  /**
   * All of the given images.
   *
   * @param pixels row-major, one image after the other; taken over, not copied
   * @param labels one class an image; taken over, not copied
   * @throws IllegalArgumentException if the arrays do not agree
   */
  public static LabelledImages of(byte[] pixels, byte[] labels, int height, int width) {
    if (pixels.length != (long) labels.length * height * width) {
      throw new IllegalArgumentException(
          labels.length + " labels do not fit " + pixels.length + " pixels");
    }
    return new LabelledImages(pixels, labels, 0, labels.length, height, width);
  }

  /** The images from one index to before another, sharing the memory. */
  public LabelledImages slice(int from, int to) {
    Objects.checkFromToIndex(from, to, count);
    return new LabelledImages(pixels, labels, offset + from, to - from, height, width);
  }

  /** Number of images. */
  public int count() {
    return count;
  }

  /** Rows of an image. */
  public int height() {
    return height;
  }

  /** Columns of an image. */
  public int width() {
    return width;
  }

  /** The class of one image, 0..255. */
  public int label(int index) {
    return Byte.toUnsignedInt(labels[offset + Objects.checkIndex(index, count)]);
  }

  /**
   * Writes one image's pixels, scaled to 0..1, row-major.
   *
   * @param target takes {@code height * width} values from {@code position} on
   */
  public void copyScaled(int index, float[] target, int position) {
    int size = height * width;
    int source = (offset + Objects.checkIndex(index, count)) * size;
    for (int i = 0; i < size; i++) {
      target[position + i] = Byte.toUnsignedInt(pixels[source + i]) / 255f;
    }
  }
}
