package dev.millrace.server.gateway.message;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import java.io.IOException;

/** Reads single values from a stream of JSON tokens. Not thread-safe. */
final class FieldValues {
  private final JsonParser parser;

  FieldValues(JsonParser parser) {
    this.parser = parser;
  }

  /** The value that the parser stands at, as the field's type. */
  Object scalar(FieldDescriptor field, String path) throws IOException {
    return switch (field.getJavaType()) {
      case INT -> {
        long value = longValue(path);
        if (value < Integer.MIN_VALUE || value > Integer.MAX_VALUE) {
          throw Scalars.refuse(path, "must be a whole number of 32 bits");
        }
        yield (int) value;
      }
      case LONG -> longValue(path);
      case FLOAT -> floatValue(path);
      case DOUBLE -> doubleValue(path);
      case BOOLEAN -> {
        if (!parser.currentToken().isBoolean()) {
          throw Scalars.refuse(path, "must be true or false");
        }
        yield parser.getBooleanValue();
      }
      case ENUM ->
          parser.currentToken() == JsonToken.VALUE_NUMBER_INT
              ? enumValue(field, path)
              : Scalars.parse(field, text(path), path);
      default -> Scalars.parse(field, text(path), path);
    };
  }

  private EnumValueDescriptor enumValue(FieldDescriptor field, String path) throws IOException {
    long number = longValue(path);
    EnumValueDescriptor value =
        number == (int) number ? field.getEnumType().findValueByNumber((int) number) : null;
    if (value == null) {
      throw Scalars.refuse(path, "is no value of " + field.getEnumType().getName());
    }
    return value;
  }

  /** A text. */
  String text(String path) throws IOException {
    if (parser.currentToken() != JsonToken.VALUE_STRING) {
      throw Scalars.refuse(path, "must be a text");
    }
    return parser.getText();
  }

  /** A whole number, as a number or a text. */
  long longValue(String path) throws IOException {
    JsonToken token = parser.currentToken();
    if (token == JsonToken.VALUE_NUMBER_INT) {
      if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
        throw Scalars.refuse(path, "must be a whole number of 64 bits");
      }
      return parser.getLongValue();
    }
    if (token == JsonToken.VALUE_NUMBER_FLOAT) {
      double value = parser.getDoubleValue();
      // 1e3 and 3.0 are whole numbers; beyond 2^53 such a form says less than it seems to.
      if (value == Math.rint(value) && Math.abs(value) <= 1L << 53) {
        return (long) value;
      }
      throw Scalars.refuse(path, "must be a whole number");
    }
    return Scalars.wholeNumber(text(path), path);
  }

  /** A number, or one of the words NaN, Infinity and -Infinity. */
  float floatValue(String path) throws IOException {
    if (!parser.currentToken().isNumeric()) {
      return (float) Scalars.number(text(path), path);
    }
    float value = parser.getFloatValue();
    if (Float.isInfinite(value)) {
      throw Scalars.refuse(path, "must be a number within the range of 32-bit floats");
    }
    return value;
  }

  private double doubleValue(String path) throws IOException {
    if (!parser.currentToken().isNumeric()) {
      return Scalars.number(text(path), path);
    }
    double value = parser.getDoubleValue();
    if (Double.isInfinite(value)) {
      throw Scalars.refuse(path, "must be a number within the range of 64-bit floats");
    }
    return value;
  }
}
