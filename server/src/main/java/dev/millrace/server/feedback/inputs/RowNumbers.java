package dev.millrace.server.feedback.inputs;

import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.HalfFloats;
import dev.millrace.server.tensor.TensorData;
import java.nio.ByteBuffer;

/** Rows of tensors of numbers. Stateless. */
final class RowNumbers {
  private RowNumbers() {}

  /** True for a tensor whose rows are numbers that lie in one piece. */
  static boolean isOne(TensorData tensor) {
    return switch (tensor.dtype()) {
          case FLOAT32, FLOAT64, FLOAT16, BFLOAT16, INT8, INT16, INT32, INT64 -> true;
          case UINT8, UINT16, UINT32, BOOL -> true;
          default -> false;
        }
        && tensor.shape().rank() >= 1
        && tensor.parts().size() == 1;
  }

  /** Rows, at most as many as an int has. */
  static int rows(TensorData tensor) {
    return (int) Math.min(Integer.MAX_VALUE, tensor.shape().size(0));
  }

  /** Numbers of a row. */
  static long width(TensorData tensor) {
    return tensor.shape().withRows(1).elementCount();
  }

  /** The numbers of a row; its width must fit in an int. */
  static double[] read(TensorData tensor, int row) {
    ByteBuffer bytes = tensor.bytes();
    int size = tensor.dtype().byteSize();
    double[] numbers = new double[Math.toIntExact(width(tensor))];
    int start = Math.toIntExact((long) row * numbers.length * size);
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = number(bytes, start + i * size, tensor.dtype());
    }
    return numbers;
  }

  private static double number(ByteBuffer bytes, int at, DataType dtype) {
    return switch (dtype) {
      case FLOAT32 -> bytes.getFloat(at);
      case FLOAT64 -> bytes.getDouble(at);
      case FLOAT16 -> HalfFloats.fromFloat16(bytes.getShort(at));
      case BFLOAT16 -> HalfFloats.fromBfloat16(bytes.getShort(at));
      case INT8 -> bytes.get(at);
      case INT16 -> bytes.getShort(at);
      case INT32 -> bytes.getInt(at);
      case INT64 -> bytes.getLong(at);
      case UINT8, BOOL -> Byte.toUnsignedInt(bytes.get(at));
      case UINT16 -> Short.toUnsignedInt(bytes.getShort(at));
      case UINT32 -> Integer.toUnsignedLong(bytes.getInt(at));
      default -> throw new IllegalArgumentException(dtype + " is no number");
    };
  }
}
