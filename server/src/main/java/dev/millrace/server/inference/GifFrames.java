package dev.millrace.server.inference;

import java.nio.ByteBuffer;

/**
 * Reads how much memory a GIF unpacks to: decoders make every frame as large as the largest, and
 * each frame states its own size, whatever the header of the file says.
 */
final class GifFrames {
  private static final int HEADER = 13;
  private static final int IMAGE = 0x2C;
  private static final int EXTENSION = 0x21;

  private final ByteBuffer bytes;
  private int at = HEADER;

  private GifFrames(ByteBuffer bytes) {
    this.bytes = bytes;
  }

  /**
   * Pixels of all frames together, as far as the file can be read.
   *
   * @param bytes a GIF from its first byte to the last, little-endian
   */
  static long pixels(ByteBuffer bytes) {
    return bytes.limit() < HEADER ? 0 : new GifFrames(bytes).count();
  }

  private long count() {
    long width = word(6);
    long height = word(8);
    long frames = 0;
    skipColours(bytes.get(10));
    while (at < bytes.limit()) {
      int block = Byte.toUnsignedInt(bytes.get(at++));
      if (block == IMAGE && at + 9 <= bytes.limit()) {
        frames++;
        width = Math.max(width, word(at + 4));
        height = Math.max(height, word(at + 6));
        byte flags = bytes.get(at + 8);
        at += 9;
        skipColours(flags);
        at++;
        skipData();
      } else if (block == EXTENSION) {
        at++;
        skipData();
      } else {
        break;
      }
    }
    return width * height * Math.max(1, frames);
  }

  private void skipColours(byte flags) {
    if ((flags & 0x80) != 0) {
      at += 3 << ((flags & 7) + 1);
    }
  }

  /** Blocks, each after its length in one byte, up to one of no length. */
  private void skipData() {
    while (at < bytes.limit()) {
      int length = Byte.toUnsignedInt(bytes.get(at));
      at += 1 + length;
      if (length == 0) {
        return;
      }
    }
  }

  private int word(int index) {
    return Short.toUnsignedInt(bytes.getShort(index));
  }
}
