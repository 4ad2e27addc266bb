package dev.millrace.server.evaluation.subject;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** Writes grey pictures as PNG (ISO/IEC 15948), 8 bits a pixel, without filters. Stateless. */
final class GreyPng {
  private static final byte[] MAGIC = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  private static final byte[] GREY_8_BITS = {8, 0, 0, 0, 0};

  private GreyPng() {}

  /**
   * A file.
   *
   * @param pixels brightness in 0..1, row-major
   * @param offset where the picture begins in them
   */
  static ByteBuffer encode(float[] pixels, int offset, int height, int width) {
    byte[] lines = new byte[height * (width + 1)];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        lines[y * (width + 1) + 1 + x] = (byte) Math.round(pixels[offset + y * width + x] * 255);
      }
    }
    ByteBuffer header = ByteBuffer.allocate(13).putInt(width).putInt(height).put(GREY_8_BITS);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(MAGIC);
    chunk(out, "IHDR", header.array());
    chunk(out, "IDAT", deflate(lines));
    chunk(out, "IEND", new byte[0]);
    return ByteBuffer.wrap(out.toByteArray());
  }

  private static void chunk(ByteArrayOutputStream out, String type, byte[] content) {
    byte[] name = type.getBytes(StandardCharsets.US_ASCII);
    CRC32 checksum = new CRC32();
    checksum.update(name);
    checksum.update(content);
    out.writeBytes(ByteBuffer.allocate(4).putInt(content.length).array());
    out.writeBytes(name);
    out.writeBytes(content);
    out.writeBytes(ByteBuffer.allocate(4).putInt((int) checksum.getValue()).array());
  }

  private static byte[] deflate(byte[] lines) {
    Deflater deflater = new Deflater(Deflater.BEST_SPEED);
    try {
      deflater.setInput(lines);
      deflater.finish();
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      byte[] buffer = new byte[4096];
      while (!deflater.finished()) {
        out.write(buffer, 0, deflater.deflate(buffer));
      }
      return out.toByteArray();
    } finally {
      deflater.end();
    }
  }
}
