package dev.millrace.server.protocol.kserve;

import com.google.protobuf.ByteString;
import dev.millrace.proto.inference.InferTensorContents;
import dev.millrace.proto.inference.ModelInferRequest.InferInputTensor;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.FieldPath;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.protocol.TypedBytes;
import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.Shape;
import dev.millrace.server.tensor.TensorData;
import java.nio.ByteBuffer;
import java.util.OptionalInt;
import java.util.function.IntToLongFunction;

/** Reads values from the field of their type. Stateless. */
final class TypedContents {
  TensorData read(InferInputTensor input, DataType dtype, Shape shape, String model) {
    InferTensorContents contents = input.getContents();
    String subject = "input '" + FieldPath.shown(input.getName()) + "' for model '" + model + "'";
    int count = count(contents, dtype);
    if (count == 0) {
      String other = filled(contents);
      if (!other.isEmpty()) {
        throw new ServingException(
            ErrorReason.TENSOR_FORM_AMBIGUOUS,
            "unexpected explicit tensor data for input tensor '"
                + FieldPath.shown(input.getName())
                + "' for model '"
                + model
                + "' of type '"
                + other
                + "', expected datatype '"
                + Datatypes.name(dtype)
                + "'");
      }
      if (shape.elementCount() > 0) {
        throw noData(input, model);
      }
    }
    if (count != shape.elementCount()) {
      if (dtype == DataType.STRING) {
        throw new ServingException(
            ErrorReason.DATA_SIZE_MISMATCH,
            "expected "
                + shape.elementCount()
                + " string elements for inference "
                + subject
                + ", got "
                + count);
      }
      throw InputReader.wrongSize(
          shape.elementCount() * dtype.byteSize(), (long) count * dtype.byteSize(), subject);
    }
    return dtype == DataType.STRING
        ? TensorData.ofStrings(
            shape,
            contents.getBytesContentsList().stream().map(ByteString::asReadOnlyByteBuffer).toList())
        : TensorData.ofBytes(dtype, shape, bytes(contents, dtype, count, subject));
  }

  static ServingException noData(InferInputTensor input, String model) {
    return new ServingException(
        ErrorReason.DATA_SIZE_MISMATCH,
        "unable to find data for input tensor '"
            + FieldPath.shown(input.getName())
            + "' for model '"
            + model
            + "' in request.");
  }

  private static int count(InferTensorContents contents, DataType dtype) {
    return switch (dtype) {
      case BOOL -> contents.getBoolContentsCount();
      case INT8, INT16, INT32 -> contents.getIntContentsCount();
      case INT64 -> contents.getInt64ContentsCount();
      case UINT8, UINT16, UINT32 -> contents.getUintContentsCount();
      case UINT64 -> contents.getUint64ContentsCount();
      case FLOAT32 -> contents.getFp32ContentsCount();
      case FLOAT64 -> contents.getFp64ContentsCount();
      case STRING -> contents.getBytesContentsCount();
      // The others have no field and are raw always.
      default -> 0;
    };
  }

  /** The first type whose field has values. */
  private static String filled(InferTensorContents contents) {
    if (contents.getBoolContentsCount() > 0) {
      return "BOOL";
    } else if (contents.getIntContentsCount() > 0) {
      return "INT32";
    } else if (contents.getInt64ContentsCount() > 0) {
      return "INT64";
    } else if (contents.getUintContentsCount() > 0) {
      return "UINT32";
    } else if (contents.getUint64ContentsCount() > 0) {
      return "UINT64";
    } else if (contents.getFp32ContentsCount() > 0) {
      return "FP32";
    } else if (contents.getFp64ContentsCount() > 0) {
      return "FP64";
    }
    return contents.getBytesContentsCount() > 0 ? "BYTES" : "";
  }

  private static ByteBuffer bytes(
      InferTensorContents contents, DataType dtype, int count, String subject) {
    return switch (dtype) {
      case BOOL -> TypedBytes.ofBooleans(count, contents::getBoolContents);
      case FLOAT32 -> TypedBytes.ofFloats(count, contents::getFp32Contents);
      case FLOAT64 -> TypedBytes.ofDoubles(count, contents::getFp64Contents);
      case INT8 -> whole(count, 1, -128, 127, contents::getIntContents, subject);
      case INT16 -> whole(count, 2, -32768, 32767, contents::getIntContents, subject);
      case INT32 -> TypedBytes.ofLongs(count, 4, contents::getIntContents);
      case INT64 -> TypedBytes.ofLongs(count, 8, contents::getInt64Contents);
      case UINT8 ->
          whole(
              count, 1, 0, 255, i -> Integer.toUnsignedLong(contents.getUintContents(i)), subject);
      case UINT16 ->
          whole(
              count,
              2,
              0,
              65535,
              i -> Integer.toUnsignedLong(contents.getUintContents(i)),
              subject);
      case UINT32 -> TypedBytes.ofLongs(count, 4, contents::getUintContents);
      case UINT64 -> TypedBytes.ofLongs(count, 8, contents::getUint64Contents);
      default -> ByteBuffer.allocate(0);
    };
  }

  private static ByteBuffer whole(
      int count, int byteSize, long least, long most, IntToLongFunction values, String subject) {
    OptionalInt outside = TypedBytes.firstOutside(count, least, most, values);
    if (outside.isPresent()) {
      throw new ServingException(
          ErrorReason.VALUE_REJECTED,
          "value "
              + values.applyAsLong(outside.getAsInt())
              + " of "
              + subject
              + " is out of the range of its datatype");
    }
    return TypedBytes.ofLongs(count, byteSize, values);
  }
}
