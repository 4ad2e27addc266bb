package dev.millrace.server.dataset;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.GZIPInputStream;

/**
 * Reads files in the IDX form of MNIST (unsigned bytes, one or three dimensions), plain or gzipped.
 * Source of the form: LeCun, Cortes, Burges, "The MNIST database of handwritten digits". Stateless.
 */
final class IdxReader {
  private static final int UNSIGNED_BYTES = 0x08;
  private static final int GZIP_MAGIC = 0x1f8b;
  // 400 MB of pixels: six times EMNIST, and a bound on what a lying header can allocate.
  private static final long LARGEST = 400_000_000;

  /**
   * What a file holds.
   *
   * @param sizes the dimensions
   * @param bytes the elements, row-major
   * @param sha256 digest of the plain file, in hexadecimal
   */
  record IdxFile(int[] sizes, byte[] bytes, String sha256) {}

  /**
   * Reads a whole file.
   *
   * @param dimensions how many there must be
   * @throws IOException with a message for people if the content is not what it should be
   */
  IdxFile read(InputStream raw, int dimensions) throws IOException {
    MessageDigest digest = sha256();
    try (InputStream plain = plain(raw);
        DataInputStream in = new DataInputStream(new DigestInputStream(plain, digest))) {
      int magic = in.readInt();
      int expected = (UNSIGNED_BYTES << 8) | dimensions;
      if (magic != expected) {
        throw new IOException(
            String.format("its magic number is 0x%08x where 0x%08x belongs", magic, expected));
      }
      int[] sizes = new int[dimensions];
      long count = 1;
      for (int i = 0; i < dimensions; i++) {
        sizes[i] = in.readInt();
        if (sizes[i] < 1) {
          throw new IOException("its dimension " + i + " is " + sizes[i]);
        }
        count *= sizes[i];
        if (count > LARGEST) {
          throw new IOException("its header promises more than " + LARGEST + " bytes");
        }
      }
      byte[] bytes = in.readNBytes((int) count);
      if (bytes.length != count) {
        throw new IOException("it ends after " + bytes.length + " of " + count + " bytes");
      }
      if (in.read() >= 0) {
        throw new IOException("it goes on after its " + count + " bytes");
      }
      return new IdxFile(sizes, bytes, HexFormat.of().formatHex(digest.digest()));
    } catch (EOFException end) {
      throw new IOException("it ends within its header", end);
    }
  }

  private static InputStream plain(InputStream raw) throws IOException {
    BufferedInputStream in = new BufferedInputStream(raw, 1 << 16);
    in.mark(2);
    int first = in.read();
    int second = in.read();
    in.reset();
    return first << 8 == (GZIP_MAGIC & 0xff00) && second == (GZIP_MAGIC & 0xff)
        ? new GZIPInputStream(in, 1 << 16)
        : in;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException everyJdkHasIt) {
      throw new IllegalStateException(everyJdkHasIt);
    }
  }
}
