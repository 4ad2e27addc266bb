package dev.millrace.server.evaluation.explain;

import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.Shape;
import dev.millrace.server.tensor.TensorData;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Tensors with a row for each variant of one example. Stateless. */
final class Rows {
  // Large enough that a run is worth its overhead, and small beside what may wait in the queue.
  private static final int MOST_ROWS = 64;
  private static final long MOST_BYTES = 8L << 20;

  private Rows() {}

  /** How many variants of a row go into one request. */
  static int together(TensorData row) {
    return (int) Math.max(1, Math.min(MOST_ROWS, MOST_BYTES / Math.max(1, row.byteCount())));
  }

  /** The same row so many times. */
  static TensorData repeat(TensorData row, int count) {
    List<TensorData> rows = new ArrayList<>(Collections.nCopies(count, row));
    return TensorData.join(rows);
  }

  /** A FLOAT32 tensor. */
  static TensorData floats(Shape shape, float[] values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return TensorData.ofBytes(DataType.FLOAT32, shape, bytes);
  }

  /** The values of a FLOAT32 tensor. */
  static float[] values(TensorData tensor) {
    float[] values = new float[Math.toIntExact(tensor.shape().elementCount())];
    tensor.bytes().asFloatBuffer().get(values);
    return values;
  }
}
