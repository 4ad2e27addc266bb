package dev.millrace.server.protocol.tfserving;

import dev.millrace.proto.tensorflow.TensorProto;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.protocol.TypedBytes;
import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.TensorData;
import java.nio.ByteBuffer;
import java.util.OptionalInt;
import java.util.function.IntToLongFunction;

/** Values in the field of their type, of all types but STRING. Stateless. */
final class TypedValues {
  private TypedValues() {}

  /** How many elements the field has. */
  static int count(TensorProto proto, DataType dtype) {
    return switch (dtype) {
      case FLOAT32 -> proto.getFloatValCount();
      case FLOAT64 -> proto.getDoubleValCount();
      case INT64 -> proto.getInt64ValCount();
      case UINT32 -> proto.getUint32ValCount();
      case UINT64 -> proto.getUint64ValCount();
      case BOOL -> proto.getBoolValCount();
      case FLOAT16, BFLOAT16 -> proto.getHalfValCount();
      case COMPLEX64 -> proto.getScomplexValCount() / 2;
      case COMPLEX128 -> proto.getDcomplexValCount() / 2;
      case STRING -> proto.getStringValCount();
      default -> proto.getIntValCount();
    };
  }

  /** The elements that are there, as bytes. */
  static ByteBuffer read(String alias, TensorProto proto, DataType dtype, int count) {
    return switch (dtype) {
      case FLOAT32 -> TypedBytes.ofFloats(count, proto::getFloatVal);
      case FLOAT64 -> TypedBytes.ofDoubles(count, proto::getDoubleVal);
      case INT64 -> TypedBytes.ofLongs(count, 8, proto::getInt64Val);
      case UINT32 -> TypedBytes.ofLongs(count, 4, proto::getUint32Val);
      case UINT64 -> TypedBytes.ofLongs(count, 8, proto::getUint64Val);
      case BOOL -> TypedBytes.ofBooleans(count, proto::getBoolVal);
      case FLOAT16, BFLOAT16 -> whole(alias, count, 2, -32768, 65535, proto::getHalfVal);
      case COMPLEX64 -> TypedBytes.ofFloats(2 * count, proto::getScomplexVal);
      case COMPLEX128 -> TypedBytes.ofDoubles(2 * count, proto::getDcomplexVal);
      case INT8, QINT8 -> whole(alias, count, 1, -128, 127, proto::getIntVal);
      case UINT8, QUINT8 -> whole(alias, count, 1, 0, 255, proto::getIntVal);
      case INT16, QINT16 -> whole(alias, count, 2, -32768, 32767, proto::getIntVal);
      case UINT16, QUINT16 -> whole(alias, count, 2, 0, 65535, proto::getIntVal);
      default -> TypedBytes.ofLongs(count, 4, proto::getIntVal);
    };
  }

  /** Adds all elements of a tensor to the field of its type. */
  static void write(TensorData tensor, TensorProto.Builder builder) {
    ByteBuffer bytes = tensor.bytes();
    while (bytes.hasRemaining()) {
      switch (tensor.dtype()) {
        case FLOAT32 -> builder.addFloatVal(bytes.getFloat());
        case FLOAT64 -> builder.addDoubleVal(bytes.getDouble());
        case INT64 -> builder.addInt64Val(bytes.getLong());
        case UINT32 -> builder.addUint32Val(bytes.getInt());
        case UINT64 -> builder.addUint64Val(bytes.getLong());
        case BOOL -> builder.addBoolVal(bytes.get() != 0);
        case FLOAT16, BFLOAT16 -> builder.addHalfVal(Short.toUnsignedInt(bytes.getShort()));
        case COMPLEX64 -> builder.addScomplexVal(bytes.getFloat());
        case COMPLEX128 -> builder.addDcomplexVal(bytes.getDouble());
        case INT8, QINT8 -> builder.addIntVal(bytes.get());
        case UINT8, QUINT8 -> builder.addIntVal(Byte.toUnsignedInt(bytes.get()));
        case INT16, QINT16 -> builder.addIntVal(bytes.getShort());
        case UINT16, QUINT16 -> builder.addIntVal(Short.toUnsignedInt(bytes.getShort()));
        default -> builder.addIntVal(bytes.getInt());
      }
    }
  }

  private static ByteBuffer whole(
      String alias, int count, int byteSize, long least, long most, IntToLongFunction values) {
    OptionalInt outside = TypedBytes.firstOutside(count, least, most, values);
    if (outside.isPresent()) {
      throw TensorReader.unreadable(
          alias,
          ErrorReason.VALUE_REJECTED,
          "value " + values.applyAsLong(outside.getAsInt()) + " is out of the range of its dtype");
    }
    return TypedBytes.ofLongs(count, byteSize, values);
  }
}
