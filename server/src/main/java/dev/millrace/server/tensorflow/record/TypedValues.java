package dev.millrace.server.tensorflow.record;

import dev.millrace.server.tensor.DataType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.tensorflow.proto.TensorProto;

/** The elements of a message that carries them as a repeated field of their own type. */
final class TypedValues {
  private TypedValues() {}

  /**
   * As many elements as the shape asks for, little-endian.
   *
   * @param dtype any but STRING
   */
  static ByteBuffer read(TensorProto proto, DataType dtype, int count) {
    ByteBuffer out = ByteBuffer.allocate(count * dtype.byteSize()).order(ByteOrder.LITTLE_ENDIAN);
    int given = given(proto, dtype);
    for (int i = 0; i < count && given > 0; i++) {
      put(proto, dtype, Math.min(i, given - 1), out);
    }
    return out.clear();
  }

  private static int given(TensorProto proto, DataType dtype) {
    return switch (dtype) {
      case FLOAT32 -> proto.getFloatValCount();
      case FLOAT64 -> proto.getDoubleValCount();
      case INT32, QINT32, INT16, UINT16, QINT16, QUINT16, INT8, UINT8, QINT8, QUINT8 ->
          proto.getIntValCount();
      case INT64 -> proto.getInt64ValCount();
      case UINT32 -> proto.getUint32ValCount();
      case UINT64 -> proto.getUint64ValCount();
      case BOOL -> proto.getBoolValCount();
      case FLOAT16, BFLOAT16 -> proto.getHalfValCount();
      case COMPLEX64 -> proto.getScomplexValCount() / 2;
      case COMPLEX128 -> proto.getDcomplexValCount() / 2;
      case STRING -> proto.getStringValCount();
    };
  }

  private static void put(TensorProto proto, DataType dtype, int i, ByteBuffer out) {
    switch (dtype) {
      case FLOAT32 -> out.putFloat(proto.getFloatVal(i));
      case FLOAT64 -> out.putDouble(proto.getDoubleVal(i));
      case INT32, QINT32 -> out.putInt(proto.getIntVal(i));
      case INT16, UINT16, QINT16, QUINT16 -> out.putShort((short) proto.getIntVal(i));
      case INT8, UINT8, QINT8, QUINT8 -> out.put((byte) proto.getIntVal(i));
      case INT64 -> out.putLong(proto.getInt64Val(i));
      case UINT32 -> out.putInt(proto.getUint32Val(i));
      case UINT64 -> out.putLong(proto.getUint64Val(i));
      case BOOL -> out.put((byte) (proto.getBoolVal(i) ? 1 : 0));
      case FLOAT16, BFLOAT16 -> out.putShort((short) proto.getHalfVal(i));
      case COMPLEX64 ->
          out.putFloat(proto.getScomplexVal(2 * i)).putFloat(proto.getScomplexVal(2 * i + 1));
      case COMPLEX128 ->
          out.putDouble(proto.getDcomplexVal(2 * i)).putDouble(proto.getDcomplexVal(2 * i + 1));
      case STRING -> throw new IllegalArgumentException("strings are no typed values");
    }
  }
}
