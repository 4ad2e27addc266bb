package dev.millrace.server.tensorflow.recipe;

import dev.millrace.server.dataset.LabelledImages;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * A batch on its way into TensorFlow. The staging arrays are used again for every batch; not
 * thread-safe.
 */
final class ImageBatch {
  private final int size;
  private final int height;
  private final int width;
  private final float[] pixels;
  private final int[] classes;
  private int filled;

  /** Room for a batch of images of one size. */
  ImageBatch(int size, int height, int width) {
    this.size = size;
    this.height = height;
    this.width = width;
    this.pixels = new float[size * height * width];
    this.classes = new int[size];
  }

  /** Fills the batch with the examples of these indices. */
  void gather(LabelledImages examples, int[] indices) {
    filled = indices.length;
    for (int i = 0; i < indices.length; i++) {
      put(examples, indices[i], i);
    }
  }

  /**
   * Fills the batch with the examples from one index on, up to the batch's size; returns how many.
   */
  int gatherFrom(LabelledImages examples, int start) {
    filled = Math.min(size, examples.count() - start);
    for (int i = 0; i < filled; i++) {
      put(examples, start + i, i);
    }
    return filled;
  }

  /** The images as a new tensor [n,height,width,1], which the caller closes. */
  TFloat32 images() {
    TFloat32 tensor = TFloat32.tensorOf(Shape.of(filled, height, width, 1));
    tensor.asRawTensor().data().asFloats().write(pixels, 0, filled * height * width);
    return tensor;
  }

  /** The classes as a new tensor [n], which the caller closes. */
  TInt32 labels() {
    TInt32 tensor = TInt32.tensorOf(Shape.of(filled));
    tensor.asRawTensor().data().asInts().write(classes, 0, filled);
    return tensor;
  }

  private void put(LabelledImages examples, int index, int position) {
    examples.copyScaled(index, pixels, position * height * width);
    classes[position] = examples.label(index);
  }
}
