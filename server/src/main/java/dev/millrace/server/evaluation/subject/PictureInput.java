package dev.millrace.server.evaluation.subject;

import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.Shape;
import dev.millrace.server.tensor.ShapeSpec;
import dev.millrace.server.tensor.TensorData;
import dev.millrace.server.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The form in which an input takes grey pictures of one size: pixels as decimal numbers in 0..1, as
 * whole numbers in 0..255, or as PNG files.
 *
 * @param dtype element type
 * @param height rows of a picture
 * @param width columns of a picture
 * @param ofOne shape of one picture, whose first size is 1
 */
record PictureInput(DataType dtype, int height, int width, Shape ofOne) {
  private static final Set<DataType> TYPES =
      Set.of(
          DataType.FLOAT32,
          DataType.FLOAT64,
          DataType.UINT8,
          DataType.INT16,
          DataType.INT32,
          DataType.INT64,
          DataType.STRING);

  /** The form that an input has; empty when it takes no such pictures. */
  static Optional<PictureInput> of(TensorSpec spec, int height, int width) {
    if (!TYPES.contains(spec.dtype())) {
      return Optional.empty();
    }
    List<Shape> forms =
        spec.dtype() == DataType.STRING
            ? List.of(Shape.of(1))
            : List.of(
                Shape.of(1, height, width, 1),
                Shape.of(1, height, width),
                Shape.of(1, (long) height * width));
    return forms.stream()
        .filter(form -> takesMany(spec.shape(), form))
        .findFirst()
        .map(form -> new PictureInput(spec.dtype(), height, width, form));
  }

  private static boolean takesMany(ShapeSpec spec, Shape form) {
    return spec.accepts(form) && spec.accepts(form.withRows(2));
  }

  /** Pixels of a picture. */
  int size() {
    return height * width;
  }

  /**
   * A tensor of pictures.
   *
   * @param pixels brightness in 0..1, one picture after the other
   * @param count how many pictures
   */
  TensorData encode(float[] pixels, int count) {
    Shape shape = ofOne.withRows(count);
    if (dtype == DataType.STRING) {
      List<ByteBuffer> files = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        files.add(GreyPng.encode(pixels, i * size(), height, width));
      }
      return TensorData.ofStrings(shape, files);
    }
    int elements = count * size();
    ByteBuffer bytes =
        ByteBuffer.allocate(elements * dtype.byteSize()).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < elements; i++) {
      put(bytes, pixels[i]);
    }
    return TensorData.ofBytes(dtype, shape, bytes.flip());
  }

  private void put(ByteBuffer bytes, float pixel) {
    int level = Math.round(pixel * 255);
    switch (dtype) {
      case FLOAT32 -> bytes.putFloat(pixel);
      case FLOAT64 -> bytes.putDouble(pixel);
      case UINT8 -> bytes.put((byte) level);
      case INT16 -> bytes.putShort((short) level);
      case INT32 -> bytes.putInt(level);
      case INT64 -> bytes.putLong(level);
      default -> throw new IllegalStateException(dtype + " takes no pixels");
    }
  }
}
