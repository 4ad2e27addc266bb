package dev.millrace.server.testing;

import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.Shape;
import dev.millrace.server.tensor.TensorData;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** FLOAT32 tensors for tests. */
public final class Floats {
  private Floats() {}

  /** A tensor of a shape. */
  public static TensorData of(Shape shape, float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      bytes.putFloat(value);
    }
    return TensorData.ofBytes(DataType.FLOAT32, shape, bytes.flip());
  }

  /** Rows of one value each, [n,1]. */
  public static TensorData column(float... values) {
    return of(Shape.of(values.length, 1), values);
  }

  /** The values, row-major. */
  public static float[] values(TensorData tensor) {
    float[] values = new float[(int) tensor.shape().elementCount()];
    tensor.bytes().asFloatBuffer().get(values);
    return values;
  }
}
