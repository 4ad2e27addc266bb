package dev.millrace.server.evaluation;

import dev.millrace.server.dataset.LabelledImages;
import java.nio.ByteBuffer;

/** The pictures of an evaluation, in batches. Immutable. */
record Pictures(LabelledImages images, int batchSize) {
  /** What is done with a batch. */
  @FunctionalInterface
  interface Batch {
    /**
     * Takes a batch.
     *
     * @param first index of its first picture
     * @param pixels brightness in 0..1, one picture after the other
     * @param labels class of each
     */
    void take(int first, float[] pixels, int[] labels) throws InterruptedException;
  }

  /** Pixels of one. */
  int size() {
    return images.height() * images.width();
  }

  /** Goes through the first so many pictures in order. */
  void forEachBatch(int count, Batch batch) throws InterruptedException {
    for (int first = 0; first < count; first += batchSize) {
      int here = Math.min(batchSize, count - first);
      float[] pixels = new float[here * size()];
      int[] labels = new int[here];
      for (int i = 0; i < here; i++) {
        images.copyScaled(first + i, pixels, i * size());
        labels[i] = images.label(first + i);
      }
      batch.take(first, pixels, labels);
    }
  }

  /** One picture, brightness in 0..1. */
  float[] picture(int index) {
    float[] pixels = new float[size()];
    images.copyScaled(index, pixels, 0);
    return pixels;
  }

  /** One picture, a byte a pixel. */
  ByteBuffer bytes(int index) {
    float[] picture = picture(index);
    byte[] bytes = new byte[picture.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) Math.round(picture[i] * 255);
    }
    return ByteBuffer.wrap(bytes);
  }
}
