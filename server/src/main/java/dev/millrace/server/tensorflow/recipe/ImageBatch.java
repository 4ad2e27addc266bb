package dev.millrace.server.tensorflow.recipe;

import dev.millrace.server.dataset.LabelledImages;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * The input tensors of one batch size, filled again for each batch. Not safe for use by many
 * threads; closed by whoever made it.
 */
final class ImageBatch implements AutoCloseable {
  private static final int PIXELS = MnistNetwork.HEIGHT * MnistNetwork.WIDTH;

  private final int size;
  private final float[] pixels;
  private final int[] classes;
  private final TFloat32 images;
  private final TInt32 labels;

  ImageBatch(int size) {
    this.size = size;
    pixels = new float[Math.multiplyExact(size, PIXELS)];
    classes = new int[size];
    images = TFloat32.tensorOf(Shape.of(size, MnistNetwork.HEIGHT, MnistNetwork.WIDTH, 1));
    labels = TInt32.tensorOf(Shape.of(size));
  }

  int size() {
    return size;
  }

  /** Fills the batch with the examples of the given indexes. */
  void fill(LabelledImages examples, int[] indexes) {
    for (int i = 0; i < size; i++) {
      put(examples, indexes[i], i);
    }
    write();
  }

  /** Fills the batch with the examples from one index on. */
  void fill(LabelledImages examples, int first) {
    for (int i = 0; i < size; i++) {
      put(examples, first + i, i);
    }
    write();
  }

  private void put(LabelledImages examples, int index, int position) {
    examples.copyScaled(index, pixels, position * PIXELS);
    classes[position] = examples.label(index);
  }

  private void write() {
    images.asRawTensor().data().asFloats().write(pixels);
    labels.asRawTensor().data().asInts().write(classes);
  }

  TFloat32 images() {
    return images;
  }

  TInt32 labels() {
    return labels;
  }

  @Override
  public void close() {
    images.close();
    labels.close();
  }
}
