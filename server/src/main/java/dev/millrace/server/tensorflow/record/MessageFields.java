package dev.millrace.server.tensorflow.record;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The texts and messages that a protobuf message has, by field number, read without its type.
 * Shares the memory of what it was read from.
 */
final class MessageFields {
  private final Map<Integer, List<ByteString>> fields;

  private MessageFields(Map<Integer, List<ByteString>> fields) {
    this.fields = fields;
  }

  /** Reads a message; fields of other kinds are passed over. */
  static MessageFields of(ByteString message) throws IOException {
    Map<Integer, List<ByteString>> fields = new HashMap<>();
    CodedInputStream in = message.newCodedInput();
    in.enableAliasing(true);
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
        fields
            .computeIfAbsent(WireFormat.getTagFieldNumber(tag), number -> new ArrayList<>())
            .add(in.readBytes());
      } else if (!in.skipField(tag)) {
        throw new InvalidProtocolBufferException("a group ends that has not begun");
      }
    }
    return new MessageFields(fields);
  }

  boolean has(int number) {
    return fields.containsKey(number);
  }

  /** All values of a repeated field. */
  List<ByteString> all(int number) {
    return fields.getOrDefault(number, List.of());
  }

  /** A message; empty if absent. One that comes in parts is, by protobuf's rules, their sum. */
  ByteString message(int number) {
    return ByteString.copyFrom(all(number));
  }

  /** A text; empty if absent. */
  String text(int number) throws IOException {
    List<ByteString> values = all(number);
    return values.isEmpty() ? "" : text(values.get(values.size() - 1));
  }

  static String text(ByteString value) throws IOException {
    if (!value.isValidUtf8()) {
      throw new InvalidProtocolBufferException("a text is no UTF-8");
    }
    return value.toStringUtf8();
  }
}
