package dev.millrace.server.dataset;

import dev.millrace.server.model.ServingException;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * A file of text, read whole and checked to be UTF-8.
 *
 * @param text what it says, without a byte-order mark
 * @param keptDigest SHA-256 of the bytes as kept, in hexadecimal
 * @param contentDigest SHA-256 of the uncompressed bytes, in hexadecimal
 */
record TextFile(String text, String keptDigest, String contentDigest) {
  /** Most bytes of a file, uncompressed. */
  static final int MAX_BYTES = 64 << 20;

  private static final int GZIP_MAGIC = 0x1f8b;
  private static final int BUFFER = 1 << 16;
  private static final char BYTE_ORDER_MARK = '\uFEFF';

  /**
   * Reads a file, compressed or not.
   *
   * @throws ServingException DATASET_INVALID, with the line where it is no UTF-8
   */
  static TextFile read(DatasetFile file, DatasetFaults faults) {
    try (InputStream opened = file.source().open()) {
      DigestInputStream kept = new DigestInputStream(opened, sha256());
      InputStream buffered = new BufferedInputStream(kept, BUFFER);
      byte[] bytes = uncompressed(buffered).readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw faults.invalid(file.name(), "has more than " + (MAX_BYTES >> 20) + " MiB, the most");
      }
      buffered.transferTo(OutputStream.nullOutputStream());
      return new TextFile(
          decode(bytes, file, faults),
          HexFormat.of().formatHex(kept.getMessageDigest().digest()),
          HexFormat.of().formatHex(sha256().digest(bytes)));
    } catch (EOFException | ZipException damaged) {
      throw faults.invalid(file.name(), "is damaged or cut off").causedBy(damaged);
    } catch (IOException unreadable) {
      throw faults.invalid(file.name(), "cannot be read").causedBy(unreadable);
    }
  }

  private static InputStream uncompressed(InputStream buffered) throws IOException {
    buffered.mark(2);
    int first = buffered.read() << 8 | buffered.read();
    buffered.reset();
    return first == GZIP_MAGIC ? new GZIPInputStream(buffered, BUFFER) : buffered;
  }

  private static String decode(byte[] bytes, DatasetFile file, DatasetFaults faults) {
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    CoderResult result = decoder.decode(in, out, true);
    if (result.isError()) {
      int line = 1;
      for (int i = 0; i < in.position(); i++) {
        line += bytes[i] == '\n' ? 1 : 0;
      }
      throw faults.invalid(file.name(), "is no UTF-8 in line " + line);
    }
    String text = out.flip().toString();
    return text.indexOf(BYTE_ORDER_MARK) == 0 ? text.substring(1) : text;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java platform has SHA-256", impossible);
    }
  }
}
