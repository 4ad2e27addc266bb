package dev.millrace.server.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import dev.millrace.server.tensor.HalfFloats;
import dev.millrace.v1.DataType;
import dev.millrace.v1.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Tensors as JSON and back, slow and plain, to compare the server's own with. */
final class JsonValues {
  private JsonValues() {}

  /** True where the protocol's JSON has values of a type. */
  static boolean has(DataType dtype) {
    return !isComplex(dtype)
        && !dtype.name().contains("_Q")
        && dtype != DataType.DATA_TYPE_FLOAT16
        && dtype != DataType.DATA_TYPE_BFLOAT16;
  }

  private static boolean isComplex(DataType dtype) {
    return dtype == DataType.DATA_TYPE_COMPLEX64 || dtype == DataType.DATA_TYPE_COMPLEX128;
  }

  /** True where lists in lists are the tensor, and nothing of it is lost. */
  static boolean isWhole(Tensor tensor) {
    int zero = tensor.getShapeList().indexOf(0L);
    return !isComplex(tensor.getDtype())
        && isText(tensor)
        && (zero < 0 || zero == tensor.getShapeCount() - 1);
  }

  static boolean isText(Tensor tensor) {
    return tensor.getStringsList().stream().allMatch(JsonValues::isText);
  }

  private static boolean isText(ByteString string) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(string.asReadOnlyByteBuffer());
      return true;
    } catch (CharacterCodingException bytes) {
      return false;
    }
  }

  /** The elements in order, each as text. */
  static List<String> elements(Tensor tensor, boolean base64) {
    List<String> elements = new ArrayList<>();
    for (ByteString string : tensor.getStringsList()) {
      elements.add(
          base64
              ? "{\"b64\":\"" + Base64.getEncoder().encodeToString(string.toByteArray()) + "\"}"
              : RestClient.JSON.getNodeFactory().textNode(string.toStringUtf8()).toString());
    }
    ByteBuffer bytes = tensor.getData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      elements.add(
          switch (tensor.getDtype()) {
            case DATA_TYPE_FLOAT32 -> Float.toString(bytes.getFloat());
            case DATA_TYPE_FLOAT64 -> Double.toString(bytes.getDouble());
            case DATA_TYPE_FLOAT16 -> Float.toString(HalfFloats.fromFloat16(bytes.getShort()));
            case DATA_TYPE_BFLOAT16 -> Float.toString(HalfFloats.fromBfloat16(bytes.getShort()));
            case DATA_TYPE_BOOL -> Boolean.toString(bytes.get() != 0);
            case DATA_TYPE_INT8, DATA_TYPE_QINT8 -> Byte.toString(bytes.get());
            case DATA_TYPE_UINT8, DATA_TYPE_QUINT8 ->
                Integer.toString(Byte.toUnsignedInt(bytes.get()));
            case DATA_TYPE_INT16, DATA_TYPE_QINT16 -> Short.toString(bytes.getShort());
            case DATA_TYPE_UINT16, DATA_TYPE_QUINT16 ->
                Integer.toString(Short.toUnsignedInt(bytes.getShort()));
            case DATA_TYPE_INT32, DATA_TYPE_QINT32 -> Integer.toString(bytes.getInt());
            case DATA_TYPE_UINT32 -> Integer.toUnsignedString(bytes.getInt());
            case DATA_TYPE_INT64 -> Long.toString(bytes.getLong());
            default -> Long.toUnsignedString(bytes.getLong());
          });
    }
    return elements;
  }

  /** Lists in lists. */
  static String nested(Tensor tensor) {
    return nested(elements(tensor, true), tensor.getShapeList(), 0, new int[1]);
  }

  private static String nested(List<String> elements, List<Long> shape, int level, int[] at) {
    if (level == shape.size()) {
      return elements.get(at[0]++);
    }
    StringBuilder list = new StringBuilder("[");
    for (long i = 0; i < shape.get(level); i++) {
      list.append(i == 0 ? "" : ",").append(nested(elements, shape, level + 1, at));
    }
    return list.append("]").toString();
  }

  /** A tensor of values in any nesting. */
  static Tensor tensor(DataType dtype, List<Long> shape, JsonNode values) {
    Tensor.Builder tensor = Tensor.newBuilder().setDtype(dtype).addAllShape(shape);
    ByteString.Output bytes = ByteString.newOutput();
    add(dtype, values, tensor, bytes);
    return tensor.setData(bytes.toByteString()).build();
  }

  static List<Long> shape(JsonNode values) {
    List<Long> shape = new ArrayList<>();
    for (JsonNode node = values; node != null && node.isArray(); node = node.get(0)) {
      shape.add((long) node.size());
    }
    return shape;
  }

  private static void add(
      DataType dtype, JsonNode value, Tensor.Builder tensor, ByteString.Output bytes) {
    if (value.isArray()) {
      value.forEach(one -> add(dtype, one, tensor, bytes));
    } else if (dtype == DataType.DATA_TYPE_STRING) {
      tensor.addStrings(
          value.isObject()
              ? ByteString.copyFrom(Base64.getDecoder().decode(value.get("b64").asText()))
              : ByteString.copyFromUtf8(value.asText()));
    } else {
      ByteBuffer one = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
      switch (dtype) {
        case DATA_TYPE_FLOAT32 -> one.putFloat(Float.parseFloat(value.asText()));
        case DATA_TYPE_FLOAT64 -> one.putDouble(value.asDouble());
        case DATA_TYPE_BOOL -> one.put((byte) (value.booleanValue() ? 1 : 0));
        case DATA_TYPE_FLOAT16 ->
            one.putShort(HalfFloats.toFloat16(Float.parseFloat(value.asText())));
        case DATA_TYPE_BFLOAT16 ->
            one.putShort(HalfFloats.toBfloat16(Float.parseFloat(value.asText())));
        case DATA_TYPE_INT8, DATA_TYPE_UINT8, DATA_TYPE_QINT8, DATA_TYPE_QUINT8 ->
            one.put((byte) value.intValue());
        case DATA_TYPE_INT16, DATA_TYPE_UINT16, DATA_TYPE_QINT16, DATA_TYPE_QUINT16 ->
            one.putShort((short) value.intValue());
        case DATA_TYPE_INT32, DATA_TYPE_UINT32, DATA_TYPE_QINT32 ->
            one.putInt((int) value.longValue());
        default -> one.putLong(value.bigIntegerValue().longValue());
      }
      one.flip();
      while (one.hasRemaining()) {
        bytes.write(one.get());
      }
    }
  }
}
