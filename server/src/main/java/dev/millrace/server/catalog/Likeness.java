package dev.millrace.server.catalog;

import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.HalfFloats;
import dev.millrace.server.tensor.TensorData;
import java.nio.ByteBuffer;

/** Whether two tensors are the same but for rounding. */
final class Likeness {
  private static final double FINE = 1e-3;
  private static final double COARSE = 3e-2;

  private Likeness() {}

  static boolean alike(TensorData one, TensorData other) {
    if (one.dtype() != other.dtype() || !one.shape().equals(other.shape())) {
      return false;
    }
    if (one.dtype() == DataType.STRING) {
      return one.strings().equals(other.strings());
    }
    ByteBuffer a = one.bytes();
    ByteBuffer b = other.bytes();
    while (a.hasRemaining()) {
      boolean same =
          switch (one.dtype()) {
            case FLOAT32, COMPLEX64 -> near(a.getFloat(), b.getFloat(), FINE);
            case FLOAT64, COMPLEX128 -> near(a.getDouble(), b.getDouble(), FINE);
            case FLOAT16 ->
                near(
                    HalfFloats.fromFloat16(a.getShort()),
                    HalfFloats.fromFloat16(b.getShort()),
                    COARSE);
            case BFLOAT16 ->
                near(
                    HalfFloats.fromBfloat16(a.getShort()),
                    HalfFloats.fromBfloat16(b.getShort()),
                    COARSE);
            default -> a.get() == b.get();
          };
      if (!same) {
        return false;
      }
    }
    return true;
  }

  private static boolean near(double a, double b, double tolerance) {
    if (Double.compare(a, b) == 0) {
      return true;
    }
    double difference = Math.abs(a - b);
    return Double.isFinite(difference)
        && difference <= tolerance * Math.max(1e-1, Math.max(Math.abs(a), Math.abs(b)));
  }
}
