package dev.millrace.server.inference.shadow;

import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.HalfFloats;
import dev.millrace.server.tensor.TensorData;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The elements of a tensor as numbers and words, by their place in row-major order. */
final class TensorNumbers {
  private static final int LONGEST_WORD = 100;

  private final TensorData tensor;
  private final ByteBuffer bytes;

  TensorNumbers(TensorData tensor) {
    this.tensor = tensor;
    this.bytes = tensor.bytes();
  }

  static boolean isFloat(DataType type) {
    return switch (type) {
      case FLOAT16, BFLOAT16, FLOAT32, FLOAT64 -> true;
      default -> false;
    };
  }

  /** True for whole numbers, words, and true and false. */
  static boolean isNameOfClass(DataType type) {
    return switch (type) {
      case INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32, UINT64, BOOL, STRING -> true;
      default -> false;
    };
  }

  /** An element of a float type. */
  double number(int index) {
    return switch (tensor.dtype()) {
      case FLOAT16 -> HalfFloats.fromFloat16(bytes.getShort(2 * index));
      case BFLOAT16 -> HalfFloats.fromBfloat16(bytes.getShort(2 * index));
      case FLOAT32 -> bytes.getFloat(4 * index);
      case FLOAT64 -> bytes.getDouble(8 * index);
      default -> throw new IllegalArgumentException(tensor + " holds no floats");
    };
  }

  /** An element that may name a class; words are cut after 100 characters. */
  String word(int index) {
    return switch (tensor.dtype()) {
      case INT8 -> Integer.toString(bytes.get(index));
      case UINT8 -> Integer.toString(Byte.toUnsignedInt(bytes.get(index)));
      case INT16 -> Integer.toString(bytes.getShort(2 * index));
      case UINT16 -> Integer.toString(Short.toUnsignedInt(bytes.getShort(2 * index)));
      case INT32 -> Integer.toString(bytes.getInt(4 * index));
      case UINT32 -> Integer.toUnsignedString(bytes.getInt(4 * index));
      case INT64 -> Long.toString(bytes.getLong(8 * index));
      case UINT64 -> Long.toUnsignedString(bytes.getLong(8 * index));
      case BOOL -> Boolean.toString(bytes.get(index) != 0);
      case STRING -> cut(StandardCharsets.UTF_8.decode(tensor.strings().get(index).duplicate()));
      default -> throw new IllegalArgumentException(tensor + " names no classes");
    };
  }

  private static String cut(CharSequence word) {
    return word.subSequence(0, Math.min(word.length(), LONGEST_WORD)).toString();
  }
}
