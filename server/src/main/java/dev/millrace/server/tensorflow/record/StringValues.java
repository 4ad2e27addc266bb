package dev.millrace.server.tensorflow.record;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.proto.TensorProto;

/** The elements of a STRING tensor's message. */
final class StringValues {
  private StringValues() {}

  /** As many as the shape asks for; a string that is repeated is one and the same buffer. */
  static List<ByteBuffer> read(TensorProto proto, int count) throws DamagedRecordException {
    if (!proto.getTensorContent().isEmpty()) {
      return packed(proto.getTensorContent(), count);
    }
    List<ByteBuffer> given = new ArrayList<>();
    proto.getStringValList().forEach(value -> given.add(value.asReadOnlyByteBuffer()));
    if (given.isEmpty()) {
      given.add(ByteBuffer.allocate(0));
    }
    List<ByteBuffer> strings = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      strings.add(given.get(Math.min(i, given.size() - 1)));
    }
    return strings;
  }

  /** All lengths as varints, then all characters. */
  private static List<ByteBuffer> packed(ByteString content, int count)
      throws DamagedRecordException {
    try {
      CodedInputStream in = content.newCodedInput();
      int[] lengths = new int[count];
      for (int i = 0; i < count; i++) {
        lengths[i] = in.readRawVarint32();
      }
      List<ByteBuffer> strings = new ArrayList<>(count);
      for (int length : lengths) {
        strings.add(ByteBuffer.wrap(in.readRawBytes(length)));
      }
      if (in.isAtEnd()) {
        return strings;
      }
    } catch (IOException tooFew) {
      throw new DamagedRecordException(
          "a tensor has fewer strings than its shape asks for", tooFew);
    }
    throw new DamagedRecordException("a tensor has more bytes than its strings");
  }
}
