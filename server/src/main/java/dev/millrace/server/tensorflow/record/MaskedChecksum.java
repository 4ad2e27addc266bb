package dev.millrace.server.tensorflow.record;

import java.util.zip.CRC32C;

/** The checksum of TFRecords: CRC-32C, masked since a record may hold bytes with checksums. */
final class MaskedChecksum {
  private static final int MASK = 0xa282ead8;

  private MaskedChecksum() {}

  /** The checksum of the first {@code length} bytes. */
  static int of(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return Integer.rotateRight((int) crc.getValue(), 15) + MASK;
  }
}
