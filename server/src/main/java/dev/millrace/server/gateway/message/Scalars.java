package dev.millrace.server.gateway.message;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UnsafeByteOperations;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.FieldViolation;
import dev.millrace.server.model.ServingException;
import java.util.Base64;
import java.util.List;

/** Values of fields written as text: in a path, in a query, and as keys of maps. Stateless. */
public final class Scalars {
  private Scalars() {}

  /**
   * The value of a scalar field, or of a time.
   *
   * @param path names the field in errors
   * @throws ServingException REQUEST_MALFORMED if it has another form
   */
  public static Object parse(FieldDescriptor field, String text, String path) {
    return switch (field.getJavaType()) {
      case INT -> {
        long value = wholeNumber(text, path);
        if (value != (int) value) {
          throw refuse(path, "must be a whole number of 32 bits");
        }
        yield (int) value;
      }
      case LONG -> wholeNumber(text, path);
      case FLOAT -> (float) number(text, path);
      case DOUBLE -> number(text, path);
      case BOOLEAN -> {
        if (!text.equals("true") && !text.equals("false")) {
          throw refuse(path, "must be true or false");
        }
        yield Boolean.valueOf(text);
      }
      case STRING -> text;
      case BYTE_STRING -> bytes(text, path);
      case ENUM -> {
        EnumValueDescriptor value = field.getEnumType().findValueByName(text);
        if (value == null) {
          throw refuse(path, "is no value of " + field.getEnumType().getName());
        }
        yield value;
      }
      case MESSAGE -> {
        if (!field.getMessageType().equals(Timestamp.getDescriptor())) {
          throw refuse(path, "must be an object");
        }
        yield WellKnown.timestamp(text, path);
      }
    };
  }

  static long wholeNumber(String text, String path) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException other) {
      throw refuse(path, "must be a whole number of 64 bits");
    }
  }

  static double number(String text, String path) {
    try {
      return switch (text) {
        case "NaN" -> Double.NaN;
        case "Infinity" -> Double.POSITIVE_INFINITY;
        case "-Infinity" -> Double.NEGATIVE_INFINITY;
        default -> {
          double value = Double.parseDouble(text);
          if (Double.isInfinite(value)) {
            throw refuse(path, "must be a number within the range of floats");
          }
          yield value;
        }
      };
    } catch (NumberFormatException other) {
      throw refuse(path, "must be a number");
    }
  }

  /** Base64 with either alphabet, padded or not. */
  private static ByteString bytes(String text, String path) {
    try {
      boolean urlSafe = text.indexOf('-') >= 0 || text.indexOf('_') >= 0;
      return UnsafeByteOperations.unsafeWrap(
          (urlSafe ? Base64.getUrlDecoder() : Base64.getDecoder()).decode(text));
    } catch (IllegalArgumentException other) {
      throw refuse(path, "must be base64");
    }
  }

  static ServingException refuse(String path, String why) {
    return ServingException.ofViolations(
        List.of(new FieldViolation(path, ErrorReason.REQUEST_MALFORMED, why)));
  }
}
