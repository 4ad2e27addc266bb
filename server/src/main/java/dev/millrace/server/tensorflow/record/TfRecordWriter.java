package dev.millrace.server.tensorflow.record;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Writes uncompressed TFRecords one after the other. Confined to one thread. */
public final class TfRecordWriter {
  private final OutputStream out;

  /**
   * A writer.
   *
   * @param out is not closed here
   */
  public TfRecordWriter(OutputStream out) {
    this.out = out;
  }

  /** Writes one record. */
  public void write(byte[] data) throws IOException {
    byte[] length = littleEndian(Long.BYTES).putLong(data.length).array();
    out.write(length);
    out.write(checksum(length));
    out.write(data);
    out.write(checksum(data));
  }

  private static byte[] checksum(byte[] bytes) {
    return littleEndian(Integer.BYTES).putInt(MaskedChecksum.of(bytes, bytes.length)).array();
  }

  private static ByteBuffer littleEndian(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }
}
