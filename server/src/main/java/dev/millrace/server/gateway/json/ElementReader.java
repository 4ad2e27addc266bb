package dev.millrace.server.gateway.json;

import com.fasterxml.jackson.core.Base64Variant;
import com.fasterxml.jackson.core.Base64Variants;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonEOFException;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.HalfFloats;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;

/**
 * Reads single values of one element type, by TensorFlow Serving's rules: whole numbers may stand
 * for floats, but not the other way, and no value may lose what it says. Confined to one thread.
 */
final class ElementReader {
  /** The one key of an object that stands for bytes. */
  static final String BASE64 = "b64";

  private static final Base64Variant VARIANT =
      Base64Variants.MIME_NO_LINEFEEDS.withPaddingAllowed();
  private static final int UINT64_BITS = 64;

  private final DataType dtype;
  private final ElementBuffer elements;

  ElementReader(DataType dtype, ElementBuffer elements) {
    this.dtype = dtype;
    this.elements = elements;
  }

  /** Appends the value of the present token. */
  void append(JsonParser parser, JsonToken token) throws IOException {
    switch (dtype) {
      case FLOAT32 -> elements.putInt(Float.floatToRawIntBits(decimal(parser, token)));
      case FLOAT64 -> elements.putLong(Double.doubleToRawLongBits(wide(parser, token)));
      case FLOAT16 -> elements.putShort(HalfFloats.toFloat16(half(parser, token)));
      case BFLOAT16 -> elements.putShort(HalfFloats.toBfloat16(decimal(parser, token)));
      case INT8, QINT8 -> elements.putByte((int) whole(parser, token, -128, 127));
      case UINT8, QUINT8 -> elements.putByte((int) whole(parser, token, 0, 255));
      case INT16, QINT16 -> elements.putShort((int) whole(parser, token, -32768, 32767));
      case UINT16, QUINT16 -> elements.putShort((int) whole(parser, token, 0, 65535));
      case INT32, QINT32 ->
          elements.putInt((int) whole(parser, token, Integer.MIN_VALUE, Integer.MAX_VALUE));
      case UINT32 -> elements.putInt((int) whole(parser, token, 0, 0xFFFF_FFFFL));
      case INT64 -> elements.putLong(whole(parser, token, Long.MIN_VALUE, Long.MAX_VALUE));
      case UINT64 -> elements.putLong(unsigned(parser, token));
      case BOOL -> elements.putByte(truth(parser, token));
      case STRING -> string(parser, token);
      case COMPLEX64, COMPLEX128 ->
          throw new ServingException(
              ErrorReason.UNSUPPORTED,
              "Conversion of JSON Value: "
                  + Faults.shown(parser, token)
                  + " to type: "
                  + Faults.name(dtype));
    }
  }

  /** Appends the bytes that the present string has in base64, and takes the object's end. */
  void appendBase64(JsonParser parser) throws IOException {
    byte[] bytes;
    try {
      bytes = parser.getBinaryValue(VARIANT);
    } catch (JsonEOFException cutOff) {
      throw cutOff;
    } catch (JsonProcessingException noBase64) {
      throw new ServingException(ErrorReason.VALUE_REJECTED, "Unable to base64 decode");
    }
    if (parser.nextToken() != JsonToken.END_OBJECT) {
      throw Faults.base64();
    }
    elements.putString(bytes);
  }

  private void string(JsonParser parser, JsonToken token) throws IOException {
    if (token == JsonToken.VALUE_STRING) {
      elements.putString(parser.getText().getBytes(StandardCharsets.UTF_8));
      return;
    }
    if (token != JsonToken.START_OBJECT) {
      throw Faults.type(parser, token, dtype);
    }
    if (!BASE64.equals(parser.nextFieldName()) || parser.nextToken() != JsonToken.VALUE_STRING) {
      throw Faults.base64();
    }
    appendBase64(parser);
  }

  private float decimal(JsonParser parser, JsonToken token) throws IOException {
    if (token == JsonToken.VALUE_NUMBER_FLOAT) {
      float few =
          ShortDecimal.toFloat(
              parser.getTextCharacters(), parser.getTextOffset(), parser.getTextLength());
      if (!Float.isNaN(few)) {
        return few;
      }
      float value = parser.getFloatValue();
      if (Float.isInfinite(value) && !parser.isNaN()) {
        throw Faults.lossy(parser, token, dtype);
      }
      return value;
    }
    if (token != JsonToken.VALUE_NUMBER_INT) {
      throw Faults.type(parser, token, dtype);
    }
    if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
      float value = parser.getFloatValue();
      if (Float.isInfinite(value)) {
        throw Faults.lossy(parser, token, dtype);
      }
      return value;
    }
    long whole = parser.getLongValue();
    float value = (float) whole;
    if ((long) value != whole || whole == Long.MAX_VALUE) {
      throw Faults.lossy(parser, token, dtype);
    }
    return value;
  }

  private float half(JsonParser parser, JsonToken token) throws IOException {
    float value = decimal(parser, token);
    if (Float.isFinite(value) && Math.abs(value) >= 65520f) {
      throw Faults.lossy(parser, token, dtype);
    }
    return value;
  }

  private double wide(JsonParser parser, JsonToken token) throws IOException {
    if (token == JsonToken.VALUE_NUMBER_INT
        && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
      long whole = parser.getLongValue();
      double value = (double) whole;
      if ((long) value != whole || whole == Long.MAX_VALUE) {
        throw Faults.lossy(parser, token, dtype);
      }
      return value;
    }
    if (!token.isNumeric()) {
      throw Faults.type(parser, token, dtype);
    }
    if (token == JsonToken.VALUE_NUMBER_FLOAT) {
      double few =
          ShortDecimal.toDouble(
              parser.getTextCharacters(), parser.getTextOffset(), parser.getTextLength());
      if (!Double.isNaN(few)) {
        return few;
      }
    }
    double value = parser.getDoubleValue();
    if (Double.isInfinite(value) && !parser.isNaN()) {
      throw Faults.lossy(parser, token, dtype);
    }
    return value;
  }

  private long whole(JsonParser parser, JsonToken token, long least, long most) throws IOException {
    if (token != JsonToken.VALUE_NUMBER_INT
        || parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
      throw Faults.type(parser, token, dtype);
    }
    long value = parser.getLongValue();
    if (value < least || value > most) {
      throw Faults.type(parser, token, dtype);
    }
    return value;
  }

  private long unsigned(JsonParser parser, JsonToken token) throws IOException {
    if (token == JsonToken.VALUE_NUMBER_INT
        && parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
      BigInteger value = parser.getBigIntegerValue();
      if (value.signum() < 0 || value.bitLength() > UINT64_BITS) {
        throw Faults.type(parser, token, dtype);
      }
      return value.longValue();
    }
    return whole(parser, token, 0, Long.MAX_VALUE);
  }

  private int truth(JsonParser parser, JsonToken token) throws IOException {
    if (!token.isBoolean()) {
      throw Faults.type(parser, token, dtype);
    }
    return token == JsonToken.VALUE_TRUE ? 1 : 0;
  }
}
