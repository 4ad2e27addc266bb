package dev.millrace.server.protocol.tfserving;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import dev.millrace.server.model.ErrorReason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Strings as raw bytes: the lengths of all of them as varints, then their bytes. Stateless. */
final class StringContent {
  private StringContent() {}

  static List<ByteBuffer> read(String alias, ByteString content, long count) {
    try {
      if (count > content.size()) {
        throw new IOException("too short");
      }
      CodedInputStream in = content.newCodedInput();
      int[] lengths = new int[(int) count];
      for (int i = 0; i < lengths.length; i++) {
        lengths[i] = in.readRawVarint32();
      }
      int at = in.getTotalBytesRead();
      List<ByteBuffer> strings = new ArrayList<>(lengths.length);
      for (int length : lengths) {
        if (length < 0 || length > content.size() - at) {
          throw new IOException("too short");
        }
        strings.add(content.substring(at, at + length).asReadOnlyByteBuffer());
        at += length;
      }
      if (at != content.size()) {
        throw new IOException("too long");
      }
      return strings;
    } catch (IOException malformed) {
      throw TensorReader.unreadable(
          alias,
          ErrorReason.DATA_SIZE_MISMATCH,
          "tensor_content does not hold " + count + " strings");
    }
  }
}
