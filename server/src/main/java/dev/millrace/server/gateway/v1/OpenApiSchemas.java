package dev.millrace.server.gateway.v1;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;

/**
 * The schemas of messages in JSON, each under its short name, as far as they are reached from those
 * that were asked for. Not thread-safe.
 */
final class OpenApiSchemas {
  private final JsonNodeFactory nodes = JsonNodeFactory.instance;
  private final ProtoComments comments;
  private final ObjectNode schemas = nodes.objectNode();

  OpenApiSchemas(ProtoComments comments) {
    this.comments = comments;
  }

  /** A reference to a message's schema, which is made now if it is not there. */
  ObjectNode reference(Descriptor message) {
    if (!schemas.has(message.getName())) {
      ObjectNode schema = schemas.putObject(message.getName());
      schema.put("type", "object");
      describe(schema, message.getFullName());
      ObjectNode properties = schema.putObject("properties");
      for (FieldDescriptor field : message.getFields()) {
        properties.set(field.getJsonName(), property(field));
      }
    }
    return reference(message.getName());
  }

  /** All that were made. */
  ObjectNode all() {
    return schemas;
  }

  /** The schema of a field, with its comment. */
  ObjectNode property(FieldDescriptor field) {
    ObjectNode schema;
    if (field.isMapField()) {
      schema = nodes.objectNode().put("type", "object");
      schema.set("additionalProperties", single(field.getMessageType().findFieldByNumber(2)));
    } else if (field.isRepeated()) {
      schema = nodes.objectNode().put("type", "array");
      schema.set("items", single(field));
    } else {
      schema = single(field);
      if (schema.has("$ref")) {
        // Beside a reference nothing is read.
        ObjectNode described = nodes.objectNode();
        described.putArray("allOf").add(schema);
        schema = described;
      }
    }
    describe(schema, field.getFullName());
    return schema;
  }

  private ObjectNode single(FieldDescriptor field) {
    return switch (field.getJavaType()) {
      case INT -> typed("integer", "int32");
      case LONG -> typed("string", "int64");
      case FLOAT -> typed("number", "float");
      case DOUBLE -> typed("number", "double");
      case BOOLEAN -> nodes.objectNode().put("type", "boolean");
      case STRING -> nodes.objectNode().put("type", "string");
      case BYTE_STRING -> typed("string", "byte");
      case ENUM -> enumeration(field.getEnumType());
      case MESSAGE ->
          switch (field.getMessageType().getFullName()) {
            case "google.protobuf.Timestamp" -> typed("string", "date-time");
            case "google.protobuf.Duration" ->
                nodes
                    .objectNode()
                    .put("type", "string")
                    .put("pattern", "^-?[0-9]+(\\.[0-9]{1,9})?s$");
            default -> reference(field.getMessageType());
          };
    };
  }

  private ObjectNode enumeration(EnumDescriptor type) {
    if (!schemas.has(type.getName())) {
      ObjectNode schema = schemas.putObject(type.getName()).put("type", "string");
      ArrayNode values = schema.putArray("enum");
      StringBuilder words = new StringBuilder(comments.of(type.getFullName()));
      type.getValues()
          .forEach(
              value -> {
                values.add(value.getName());
                words
                    .append("\n- `")
                    .append(value.getName())
                    .append("`: ")
                    .append(comments.of(type.getFullName() + "." + value.getName()));
              });
      schema.put("description", words.toString());
    }
    return reference(type.getName());
  }

  private void describe(ObjectNode schema, String fullName) {
    String comment = comments.of(fullName);
    if (!comment.isEmpty()) {
      schema.put("description", comment);
    }
  }

  private ObjectNode typed(String type, String format) {
    return nodes.objectNode().put("type", type).put("format", format);
  }

  private ObjectNode reference(String name) {
    return nodes.objectNode().put("$ref", "#/components/schemas/" + name);
  }
}
