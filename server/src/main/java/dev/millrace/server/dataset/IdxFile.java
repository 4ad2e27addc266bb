package dev.millrace.server.dataset;

import dev.millrace.server.model.ServingException;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * An IDX file of unsigned bytes, read whole and checked: magic number, dimensions, and exactly the
 * bytes that they promise.
 *
 * @param dimensions sizes, outermost first
 * @param values the elements, row-major
 * @param keptDigest SHA-256 of the bytes as kept, in hexadecimal
 * @param contentDigest SHA-256 of the uncompressed bytes with their header, in hexadecimal
 */
@SuppressWarnings("ArrayRecordComponent") // Handed over within this package, never compared.
record IdxFile(List<Integer> dimensions, byte[] values, String keptDigest, String contentDigest) {
  /** Most elements that a file may have. */
  static final int MAX_ELEMENTS = 1 << 30;

  private static final int UNSIGNED_BYTE = 0x08;
  private static final int GZIP_MAGIC = 0x1f8b;
  private static final int BUFFER = 1 << 16;

  /**
   * Reads a file, compressed or not.
   *
   * @param rank number of dimensions that it must have
   * @throws ServingException DATASET_INVALID
   */
  static IdxFile read(DatasetFile file, int rank, DatasetFaults faults) {
    try (InputStream opened = file.source().open()) {
      DigestInputStream kept = new DigestInputStream(opened, sha256());
      InputStream buffered = new BufferedInputStream(kept, BUFFER);
      DigestInputStream content = new DigestInputStream(uncompressed(buffered), sha256());
      List<Integer> dimensions = header(content, rank, file, faults);
      byte[] values = values(content, dimensions, file, faults);
      buffered.transferTo(OutputStream.nullOutputStream());
      return new IdxFile(dimensions, values, hex(kept), hex(content));
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

  private static List<Integer> header(
      InputStream content, int rank, DatasetFile file, DatasetFaults faults) throws IOException {
    int magic = int32(content);
    int expected = UNSIGNED_BYTE << 8 | rank;
    if (magic != expected) {
      throw faults.invalid(
          file.name(),
          String.format("starts with %08x, an IDX file of this kind with %08x", magic, expected));
    }
    Integer[] dimensions = new Integer[rank];
    long elements = 1;
    for (int i = 0; i < rank; i++) {
      long size = Integer.toUnsignedLong(int32(content));
      if (size == 0) {
        throw faults.invalid(file.name(), "says that it is empty");
      }
      elements = Math.min(size, MAX_ELEMENTS + 1L) * elements;
      if (elements > MAX_ELEMENTS) {
        throw faults.invalid(file.name(), "says that it has more than 2^30 elements, the most");
      }
      dimensions[i] = (int) size;
    }
    return List.of(dimensions);
  }

  private static byte[] values(
      InputStream content, List<Integer> dimensions, DatasetFile file, DatasetFaults faults)
      throws IOException {
    int expected = dimensions.stream().reduce(1, Math::multiplyExact);
    // Grows with the bytes that come, so a header that lies reserves nothing.
    byte[] values = content.readNBytes(expected);
    if (values.length < expected) {
      throw faults.invalid(
          file.name(), "has " + values.length + " elements, its header says " + expected);
    }
    if (content.read() >= 0) {
      throw faults.invalid(
          file.name(), "goes on after the " + expected + " elements of its header");
    }
    return values;
  }

  private static int int32(InputStream content) throws IOException {
    byte[] bytes = content.readNBytes(Integer.BYTES);
    if (bytes.length < Integer.BYTES) {
      throw new EOFException();
    }
    int value = 0;
    for (byte part : bytes) {
      value = value << 8 | Byte.toUnsignedInt(part);
    }
    return value;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java platform has SHA-256", impossible);
    }
  }

  private static String hex(DigestInputStream stream) {
    return HexFormat.of().formatHex(stream.getMessageDigest().digest());
  }
}
