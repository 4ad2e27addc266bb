package dev.millrace.server.gateway.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.FieldPath;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.tensor.DataType;
import java.io.IOException;
import java.util.Locale;

/** What is wrong with a value, in TensorFlow Serving's words. Stateless. */
final class Faults {
  private static final int LONGEST_SHOWN = 8;

  private Faults() {}

  static ServingException type(JsonParser parser, JsonToken token, DataType dtype)
      throws IOException {
    return new ServingException(
        ErrorReason.DTYPE_MISMATCH,
        "JSON Value: "
            + shown(parser, token)
            + " Type: "
            + type(token)
            + " is not of expected type: "
            + name(dtype));
  }

  static ServingException lossy(JsonParser parser, JsonToken token, DataType dtype)
      throws IOException {
    return new ServingException(
        ErrorReason.VALUE_REJECTED,
        "Cannot convert JSON value: "
            + shown(parser, token)
            + " to "
            + name(dtype)
            + " without loss of precision.");
  }

  static ServingException base64() {
    return new ServingException(
        ErrorReason.VALUE_REJECTED,
        "JSON Value: an object that is not {\"b64\": \"...\"} not formatted correctly for base64"
            + " data");
  }

  static ServingException shape(String text) {
    return new ServingException(ErrorReason.SHAPE_MISMATCH, text);
  }

  /**
   * A value as its sender wrote it, for a person who looks for a slip; a longer string is content,
   * which no error repeats.
   */
  static String shown(JsonParser parser, JsonToken token) throws IOException {
    return switch (token) {
      case START_OBJECT -> "{...}";
      case START_ARRAY -> "[...]";
      case VALUE_STRING ->
          parser.getTextLength() > LONGEST_SHOWN
              ? "a string of " + parser.getTextLength() + " characters"
              : "\"" + FieldPath.shown(parser.getText()) + "\"";
      default -> FieldPath.shown(String.valueOf(parser.getText()));
    };
  }

  static String type(JsonToken token) {
    return switch (token) {
      case START_OBJECT -> "Object";
      case START_ARRAY -> "Array";
      case VALUE_STRING -> "String";
      case VALUE_TRUE -> "True";
      case VALUE_FALSE -> "False";
      case VALUE_NULL -> "Null";
      default -> "Number";
    };
  }

  /** TensorFlow's name of a type. */
  static String name(DataType dtype) {
    return switch (dtype) {
      case FLOAT32 -> "float";
      case FLOAT64 -> "double";
      case FLOAT16 -> "half";
      default -> dtype.name().toLowerCase(Locale.ROOT);
    };
  }
}
