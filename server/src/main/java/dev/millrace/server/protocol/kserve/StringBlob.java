package dev.millrace.server.protocol.kserve;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * BYTES elements one after the other, each behind its length in four bytes, little-endian.
 * Stateless.
 */
final class StringBlob {
  private static final int PREFIX = 4;

  private StringBlob() {}

  /**
   * The elements as views of the blob.
   *
   * @param expected how many there must be
   * @param subject {@code input 'X' for model 'M'}, for errors
   * @throws ServingException DATA_SIZE_MISMATCH
   */
  static List<ByteBuffer> read(ByteString blob, long expected, String subject) {
    ByteBuffer bytes = blob.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    List<ByteBuffer> strings = new ArrayList<>((int) Math.min(expected, bytes.remaining() / 4));
    while (bytes.hasRemaining()) {
      if (strings.size() >= expected) {
        throw mismatch(
            "unexpected number of string elements "
                + (expected + 1)
                + " for inference "
                + subject
                + ", expecting "
                + expected);
      }
      if (bytes.remaining() < PREFIX) {
        throw mismatch(
            "incomplete string length indicator for inference "
                + subject
                + ", expecting 4 bytes but only "
                + bytes.remaining()
                + " bytes available. Please make sure the string length indicator is in one"
                + " buffer.");
      }
      long length = Integer.toUnsignedLong(bytes.getInt());
      if (length > bytes.remaining()) {
        throw mismatch(
            "incomplete string data for inference "
                + subject
                + ", expecting string of length "
                + length
                + " but only "
                + bytes.remaining()
                + " bytes available. Please make sure the string data is in one buffer.");
      }
      strings.add(bytes.slice(bytes.position(), (int) length));
      bytes.position(bytes.position() + (int) length);
    }
    if (strings.size() < expected) {
      throw mismatch(
          "expected "
              + expected
              + " string elements for inference "
              + subject
              + ", got "
              + strings.size());
    }
    return strings;
  }

  /** The blob of some elements. */
  static ByteString write(List<ByteBuffer> strings) {
    long size = 0;
    for (ByteBuffer string : strings) {
      size += PREFIX + string.remaining();
    }
    ByteBuffer blob = ByteBuffer.allocate(Math.toIntExact(size)).order(ByteOrder.LITTLE_ENDIAN);
    for (ByteBuffer string : strings) {
      blob.putInt(string.remaining()).put(string.duplicate());
    }
    return UnsafeByteOperations.unsafeWrap(blob.flip());
  }

  private static ServingException mismatch(String text) {
    return new ServingException(ErrorReason.DATA_SIZE_MISMATCH, text);
  }
}
