package dev.millrace.server.protocol.v1;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.HalfFloats;
import dev.millrace.server.tensor.Shape;
import dev.millrace.server.tensor.TensorData;
import dev.millrace.v1.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumSet;
import java.util.Set;

/**
 * Tensors as numbers that a person can type: floats for the decimal dtypes, ints for the whole
 * ones. Stateless.
 */
final class NumberForm {
  private static final Set<DataType> DECIMAL =
      EnumSet.of(DataType.FLOAT16, DataType.BFLOAT16, DataType.FLOAT32, DataType.FLOAT64);
  private static final Set<DataType> WHOLE =
      EnumSet.of(
          DataType.BOOL,
          DataType.INT8,
          DataType.INT16,
          DataType.INT32,
          DataType.INT64,
          DataType.UINT8,
          DataType.UINT16,
          DataType.UINT32,
          DataType.UINT64);

  /** True for the dtypes that have this form. */
  boolean canEncode(DataType dtype) {
    return DECIMAL.contains(dtype) || WHOLE.contains(dtype);
  }

  TensorData decode(String field, DataType dtype, Shape shape, Tensor tensor) {
    boolean floats = tensor.getFloatsCount() > 0;
    if (floats ? !DECIMAL.contains(dtype) : !WHOLE.contains(dtype)) {
      throw TensorCodec.refuse(
          field,
          ErrorReason.TENSOR_FORM_AMBIGUOUS,
          dtype + " values do not go into " + (floats ? "floats" : "ints"));
    }
    int count = floats ? tensor.getFloatsCount() : tensor.getIntsCount();
    TensorCodec.requireCount(field, shape, count, floats ? "floats" : "ints");
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.multiplyExact(count, dtype.byteSize()))
            .order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      if (floats) {
        put(bytes, dtype, tensor.getFloats(i));
      } else {
        putChecked(field, bytes, dtype, tensor.getInts(i), i);
      }
    }
    return TensorData.ofBytes(dtype, shape, bytes.flip());
  }

  void encode(TensorData tensor, Tensor.Builder builder) {
    ByteBuffer bytes = tensor.bytes();
    boolean decimal = DECIMAL.contains(tensor.dtype());
    while (bytes.hasRemaining()) {
      if (decimal) {
        builder.addFloats(getFloat(bytes, tensor.dtype()));
      } else {
        builder.addInts(getInt(bytes, tensor.dtype()));
      }
    }
  }

  private static void put(ByteBuffer bytes, DataType dtype, float value) {
    switch (dtype) {
      case FLOAT32 -> bytes.putFloat(value);
      case FLOAT64 -> bytes.putDouble(value);
      case BFLOAT16 -> bytes.putShort(HalfFloats.toBfloat16(value));
      default -> bytes.putShort(HalfFloats.toFloat16(value));
    }
  }

  private static float getFloat(ByteBuffer bytes, DataType dtype) {
    return switch (dtype) {
      case FLOAT32 -> bytes.getFloat();
      case FLOAT64 -> (float) bytes.getDouble();
      case BFLOAT16 -> HalfFloats.fromBfloat16(bytes.getShort());
      default -> HalfFloats.fromFloat16(bytes.getShort());
    };
  }

  private static void putChecked(
      String field, ByteBuffer bytes, DataType dtype, long value, int index) {
    boolean fits =
        switch (dtype) {
          case BOOL -> value == 0 || value == 1;
          case INT8 -> value == (byte) value;
          case INT16 -> value == (short) value;
          case INT32 -> value == (int) value;
          case UINT8 -> value == (value & 0xFF);
          case UINT16 -> value == (value & 0xFFFF);
          case UINT32 -> value == (value & 0xFFFF_FFFFL);
          default -> true;
        };
    if (!fits) {
      throw TensorCodec.refuse(
          field + ".ints[" + index + "]",
          ErrorReason.VALUE_REJECTED,
          value + " is out of the range of " + dtype);
    }
    switch (dtype.byteSize()) {
      case 1 -> bytes.put((byte) value);
      case 2 -> bytes.putShort((short) value);
      case 4 -> bytes.putInt((int) value);
      default -> bytes.putLong(value);
    }
  }

  private static long getInt(ByteBuffer bytes, DataType dtype) {
    return switch (dtype) {
      case BOOL, UINT8 -> Byte.toUnsignedLong(bytes.get());
      case INT8 -> bytes.get();
      case INT16 -> bytes.getShort();
      case UINT16 -> Short.toUnsignedLong(bytes.getShort());
      case INT32 -> bytes.getInt();
      case UINT32 -> Integer.toUnsignedLong(bytes.getInt());
      default -> bytes.getLong();
    };
  }
}
