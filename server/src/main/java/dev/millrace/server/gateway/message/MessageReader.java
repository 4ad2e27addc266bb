package dev.millrace.server.gateway.message;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import dev.millrace.server.model.ServingException;
import dev.millrace.v1.Tensor;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Reads one message from a stream of JSON tokens, after protobuf's JSON mapping; unknown fields and
 * second values are errors. Of the well-known types it knows Timestamp and Duration, which are all
 * that the API has. Not thread-safe.
 */
final class MessageReader {
  private final JsonParser parser;
  private final FieldValues values;

  MessageReader(JsonParser parser) {
    this.parser = parser;
    this.values = new FieldValues(parser);
  }

  /** Reads the object that the parser stands at. */
  void read(Message.Builder target, String path) throws IOException {
    expect(JsonToken.START_OBJECT, path);
    Descriptor type = target.getDescriptorForType();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      FieldDescriptor field = field(type, name);
      if (field == null) {
        throw refuse(path + name, "is no field of " + type.getName());
      }
      JsonToken token = parser.nextToken();
      if (token == JsonToken.VALUE_NULL) {
        continue;
      }
      if (field.getRealContainingOneof() != null
          && target.hasOneof(field.getRealContainingOneof())) {
        throw refuse(path + name, "cannot stand beside another field of its kind");
      }
      read(target, field, path + name);
    }
  }

  private void read(Message.Builder target, FieldDescriptor field, String path) throws IOException {
    if (field.isMapField()) {
      readMap(target, field, path);
    } else if (field.isRepeated()) {
      expect(JsonToken.START_ARRAY, path);
      if (target instanceof Tensor.Builder tensor) {
        readNumbers(tensor, field, path);
        return;
      }
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        target.addRepeatedField(field, value(target, field, path));
      }
    } else {
      target.setField(field, value(target, field, path));
    }
  }

  /** The elements of a tensor are many, and are not boxed. */
  private void readNumbers(Tensor.Builder tensor, FieldDescriptor field, String path)
      throws IOException {
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      switch (field.getNumber()) {
        case Tensor.FLOATS_FIELD_NUMBER -> tensor.addFloats(values.floatValue(path));
        case Tensor.INTS_FIELD_NUMBER -> tensor.addInts(values.longValue(path));
        case Tensor.SHAPE_FIELD_NUMBER -> tensor.addShape(values.longValue(path));
        default -> tensor.addRepeatedField(field, values.scalar(field, path));
      }
    }
  }

  private void readMap(Message.Builder target, FieldDescriptor field, String path)
      throws IOException {
    expect(JsonToken.START_OBJECT, path);
    FieldDescriptor key = field.getMessageType().findFieldByNumber(1);
    FieldDescriptor value = field.getMessageType().findFieldByNumber(2);
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      Message.Builder entry = target.newBuilderForField(field);
      String name = parser.currentName();
      entry.setField(key, Scalars.parse(key, name, path));
      parser.nextToken();
      String inner = path + "[\"" + name + "\"]";
      if (parser.currentToken() == JsonToken.VALUE_NULL) {
        throw refuse(inner, "must not be null");
      }
      entry.setField(value, value(entry, value, inner));
      target.addRepeatedField(field, entry.build());
    }
  }

  private Object value(Message.Builder owner, FieldDescriptor field, String path)
      throws IOException {
    if (field.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
      return values.scalar(field, path);
    }
    String type = field.getMessageType().getFullName();
    if (type.equals(Timestamp.getDescriptor().getFullName())) {
      return WellKnown.timestamp(values.text(path), path);
    }
    if (type.equals(Duration.getDescriptor().getFullName())) {
      return WellKnown.duration(values.text(path), path);
    }
    Message.Builder inner = owner.newBuilderForField(field);
    read(inner, path + ".");
    return inner.build();
  }

  private void expect(JsonToken token, String path) {
    if (parser.currentToken() != token) {
      throw refuse(
          path.isEmpty() || path.endsWith(".") ? path + "the value" : path,
          token == JsonToken.START_ARRAY ? "must be an array" : "must be an object");
    }
  }

  /** By the name that JSON gives it, or the one in the .proto. */
  private static @Nullable FieldDescriptor field(Descriptor type, String name) {
    FieldDescriptor field = type.findFieldByName(name);
    if (field != null) {
      return field;
    }
    for (FieldDescriptor each : type.getFields()) {
      if (each.getJsonName().equals(name)) {
        return each;
      }
    }
    return null;
  }

  static ServingException refuse(String path, String why) {
    return Scalars.refuse(path, why);
  }
}
