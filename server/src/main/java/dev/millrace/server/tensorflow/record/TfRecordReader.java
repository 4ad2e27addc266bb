package dev.millrace.server.tensorflow.record;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/** Reads uncompressed TFRecords one after the other. Confined to one thread. */
public final class TfRecordReader {
  private static final int LENGTH = Long.BYTES;
  private static final int CHECKSUM = Integer.BYTES;

  private final InputStream in;
  private long left;

  /**
   * A reader at the first record.
   *
   * @param in is not closed here
   * @param byteCount bytes that the stream has; a record that claims more is refused unread
   */
  public TfRecordReader(InputStream in, long byteCount) {
    this.in = in;
    this.left = byteCount;
  }

  /**
   * The next record's data; empty after the last one.
   *
   * @throws DamagedRecordException if the record is cut off or its checksums do not match
   * @throws IOException if the stream cannot be read
   */
  public Optional<byte[]> next() throws IOException {
    if (left == 0) {
      return Optional.empty();
    }
    byte[] head = read(LENGTH + CHECKSUM);
    ByteBuffer header = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
    long length = header.getLong();
    if (header.getInt() != MaskedChecksum.of(head, LENGTH)) {
      throw new DamagedRecordException("its length does not match its checksum");
    }
    byte[] data = read(length);
    byte[] tail = read(CHECKSUM);
    if (ByteBuffer.wrap(tail).order(ByteOrder.LITTLE_ENDIAN).getInt()
        != MaskedChecksum.of(data, data.length)) {
      throw new DamagedRecordException("its data does not match its checksum");
    }
    return Optional.of(data);
  }

  private byte[] read(long count) throws IOException {
    // A length is unsigned, so one beyond 2^63 comes as negative.
    if (count < 0 || count > left) {
      throw new DamagedRecordException("it is cut off");
    }
    if (count > Integer.MAX_VALUE - CHECKSUM) {
      throw new DamagedRecordException("it is larger than 2 GiB");
    }
    byte[] bytes = in.readNBytes((int) count);
    if (bytes.length < count) {
      throw new DamagedRecordException("it is cut off");
    }
    left -= count;
    return bytes;
  }
}
