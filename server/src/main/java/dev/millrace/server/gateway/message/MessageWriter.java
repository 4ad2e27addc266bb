package dev.millrace.server.gateway.message;

import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MapEntry;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import dev.millrace.v1.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;

/**
 * Writes one message after protobuf's JSON mapping: names in lower camel case, default values left
 * out, numbers of 64 bits as texts, floats in their shortest form. Not thread-safe.
 */
final class MessageWriter {
  private final JsonGenerator json;

  MessageWriter(JsonGenerator json) {
    this.json = json;
  }

  void write(Message message) throws IOException {
    json.writeStartObject();
    writeFields(message);
    json.writeEndObject();
  }

  private void writeFields(Message message) throws IOException {
    if (message instanceof Tensor tensor) {
      writeTensor(tensor);
      return;
    }
    for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
      FieldDescriptor field = entry.getKey();
      json.writeFieldName(field.getJsonName());
      if (field.isMapField()) {
        writeMap((List<?>) entry.getValue());
      } else if (field.isRepeated()) {
        json.writeStartArray();
        for (Object value : (List<?>) entry.getValue()) {
          writeValue(field, value);
        }
        json.writeEndArray();
      } else {
        writeValue(field, entry.getValue());
      }
    }
  }

  private void writeMap(List<?> entries) throws IOException {
    json.writeStartObject();
    for (Object each : entries) {
      MapEntry<?, ?> entry = (MapEntry<?, ?>) each;
      json.writeFieldName(String.valueOf(entry.getKey()));
      writeValue(entry.getDescriptorForType().findFieldByNumber(2), entry.getValue());
    }
    json.writeEndObject();
  }

  private void writeValue(FieldDescriptor field, Object value) throws IOException {
    switch (field.getJavaType()) {
      case INT -> json.writeNumber((Integer) value);
      case LONG -> json.writeString(value.toString());
      case FLOAT -> json.writeNumber((Float) value);
      case DOUBLE -> json.writeNumber((Double) value);
      case BOOLEAN -> json.writeBoolean((Boolean) value);
      case STRING -> json.writeString((String) value);
      case BYTE_STRING -> writeBytes((ByteString) value);
      case ENUM -> writeEnum(field, value);
      case MESSAGE -> writeMessage((Message) value);
    }
  }

  private void writeEnum(FieldDescriptor field, Object value) throws IOException {
    // Maps hold enums as numbers.
    EnumValueDescriptor known =
        value instanceof EnumValueDescriptor descriptor
            ? descriptor
            : field.getEnumType().findValueByNumberCreatingIfUnknown((Integer) value);
    if (known.getIndex() < 0) {
      json.writeNumber(known.getNumber());
    } else {
      json.writeString(known.getName());
    }
  }

  private void writeMessage(Message value) throws IOException {
    if (value instanceof Timestamp time) {
      json.writeString(WellKnown.text(time.getSeconds(), time.getNanos()));
    } else if (value instanceof Duration duration) {
      json.writeString(WellKnown.durationText(duration.getSeconds(), duration.getNanos()));
    } else if (value instanceof Any any) {
      writeAny(any);
    } else {
      write(value);
    }
  }

  /** Details of errors; of a type that nobody knows here, the name alone. */
  private void writeAny(Any any) throws IOException {
    json.writeStartObject();
    json.writeStringField("@type", any.getTypeUrl());
    for (Message known : ErrorDetails.PROTOTYPES) {
      if (any.is(known.getClass())) {
        try {
          writeFields(known.getParserForType().parseFrom(any.getValue()));
        } catch (InvalidProtocolBufferException damaged) {
          // The type alone is said.
        }
      }
    }
    json.writeEndObject();
  }

  private void writeBytes(ByteString bytes) throws IOException {
    try (InputStream stream = bytes.newInput()) {
      json.writeBinary(stream, bytes.size());
    }
  }

  private void writeTensor(Tensor tensor) throws IOException {
    json.writeStringField("dtype", tensor.getDtype().name());
    if (tensor.getShapeCount() > 0) {
      json.writeArrayFieldStart("shape");
      for (int i = 0; i < tensor.getShapeCount(); i++) {
        json.writeString(Long.toString(tensor.getShape(i)));
      }
      json.writeEndArray();
    }
    if (!tensor.getData().isEmpty()) {
      json.writeFieldName("data");
      writeBytes(tensor.getData());
    }
    if (tensor.getStringsCount() > 0) {
      json.writeArrayFieldStart("strings");
      for (ByteString string : tensor.getStringsList()) {
        writeBytes(string);
      }
      json.writeEndArray();
    }
    if (tensor.getFloatsCount() > 0) {
      json.writeArrayFieldStart("floats");
      for (int i = 0; i < tensor.getFloatsCount(); i++) {
        json.writeNumber(tensor.getFloats(i));
      }
      json.writeEndArray();
    }
    if (tensor.getIntsCount() > 0) {
      json.writeArrayFieldStart("ints");
      for (int i = 0; i < tensor.getIntsCount(); i++) {
        json.writeString(Long.toString(tensor.getInts(i)));
      }
      json.writeEndArray();
    }
  }
}
