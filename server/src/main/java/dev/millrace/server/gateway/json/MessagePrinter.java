package dev.millrace.server.gateway.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Int64Value;
import com.google.protobuf.MapEntry;
import com.google.protobuf.Message;
import java.io.IOException;
import java.util.List;

/**
 * Writes protobuf messages as the other servers' C++ does: by the fields' own names, with single
 * values, lists and maps that are empty written out, and messages only where they are set.
 * Stateless.
 *
 * @param longsAsText true to quote 64-bit numbers, as protobuf's own JSON does
 */
public record MessagePrinter(boolean longsAsText) {

  /** Writes a message as an object. */
  public void write(JsonGenerator generator, Message message) throws IOException {
    if (message instanceof Int64Value wrapped) {
      whole(generator, wrapped.getValue());
      return;
    }
    generator.writeStartObject();
    fields(generator, message);
    generator.writeEndObject();
  }

  /** Writes a message's fields into an object that is open. */
  public void fields(JsonGenerator generator, Message message) throws IOException {
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      if (field.isRepeated()) {
        generator.writeFieldName(field.getName());
        repeated(generator, field, (List<?>) message.getField(field));
      } else if (field.hasPresence() ? message.hasField(field) : true) {
        generator.writeFieldName(field.getName());
        value(generator, field, message.getField(field));
      }
    }
  }

  private void repeated(JsonGenerator generator, FieldDescriptor field, List<?> values)
      throws IOException {
    if (!field.isMapField()) {
      generator.writeStartArray();
      for (Object value : values) {
        value(generator, field, value);
      }
      generator.writeEndArray();
      return;
    }
    FieldDescriptor ofValue = field.getMessageType().findFieldByName("value");
    generator.writeStartObject();
    for (Object value : values) {
      MapEntry<?, ?> entry = (MapEntry<?, ?>) value;
      generator.writeFieldName(String.valueOf(entry.getKey()));
      value(generator, ofValue, entry.getField(ofValue));
    }
    generator.writeEndObject();
  }

  private void value(JsonGenerator generator, FieldDescriptor field, Object value)
      throws IOException {
    switch (field.getJavaType()) {
      case MESSAGE -> write(generator, (Message) value);
      case ENUM -> generator.writeString(((EnumValueDescriptor) value).getName());
      case BOOLEAN -> generator.writeBoolean((Boolean) value);
      case STRING -> generator.writeString((String) value);
      case INT ->
          generator.writeNumber(
              isUnsigned(field) ? Integer.toUnsignedLong((Integer) value) : (Integer) value);
      case LONG -> {
        if (isUnsigned(field)) {
          unsigned(generator, (Long) value);
        } else {
          whole(generator, (Long) value);
        }
      }
      case FLOAT -> generator.writeNumber((Float) value);
      case DOUBLE -> generator.writeNumber((Double) value);
      case BYTE_STRING ->
          generator.writeBinary(((com.google.protobuf.ByteString) value).toByteArray());
    }
  }

  private static boolean isUnsigned(FieldDescriptor field) {
    return switch (field.getType()) {
      case UINT32, UINT64, FIXED32, FIXED64 -> true;
      default -> false;
    };
  }

  private void unsigned(JsonGenerator generator, long bits) throws IOException {
    if (longsAsText) {
      generator.writeString(Long.toUnsignedString(bits));
    } else {
      generator.writeNumber(TensorPrinter.unsigned(bits));
    }
  }

  private void whole(JsonGenerator generator, long value) throws IOException {
    if (longsAsText) {
      generator.writeString(Long.toString(value));
    } else {
      generator.writeNumber(value);
    }
  }
}
