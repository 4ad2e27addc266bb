package dev.millrace.server.protocol.audit;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Reads a field of a message by its path, such as {@code spec.model}. Stateless. */
final class FieldWords {
  private static final int MOST = 20;

  private FieldWords() {}

  /**
   * What the field says: a text or number as it is, a message as protobuf's text, several with
   * blanks between; empty where it is not set.
   */
  static String of(Message message, String path) {
    List<Object> values = List.of(message);
    for (String name : path.split("\\.", -1)) {
      List<Object> inner = new ArrayList<>();
      for (Object value : values) {
        if (value instanceof Message holder) {
          FieldDescriptor field = holder.getDescriptorForType().findFieldByName(name);
          if (field != null && isSet(holder, field)) {
            add(inner, holder.getField(field));
          }
        }
      }
      values = inner;
    }
    return values.stream().limit(MOST).map(FieldWords::words).collect(Collectors.joining(" "));
  }

  /** True when a message of this type may have the field. */
  static boolean has(Descriptor type, String path) {
    Optional<Descriptor> holder = Optional.of(type);
    FieldDescriptor field = null;
    for (String name : path.split("\\.", -1)) {
      field = holder.map(known -> known.findFieldByName(name)).orElse(null);
      if (field == null) {
        return false;
      }
      holder =
          field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
              ? Optional.of(field.getMessageType())
              : Optional.empty();
    }
    return true;
  }

  private static boolean isSet(Message holder, FieldDescriptor field) {
    return field.isRepeated() ? holder.getRepeatedFieldCount(field) > 0 : holder.hasField(field);
  }

  private static void add(List<Object> values, Object value) {
    if (value instanceof List<?> several) {
      values.addAll(several);
    } else {
      values.add(value);
    }
  }

  private static String words(Object value) {
    return value instanceof Message message
        ? TextFormat.printer().emittingSingleLine(true).printToString(message).strip()
        : String.valueOf(value);
  }
}
