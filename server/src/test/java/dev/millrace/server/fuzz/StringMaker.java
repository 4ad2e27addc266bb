package dev.millrace.server.fuzz;

import com.google.protobuf.ByteString;
import dev.millrace.server.testing.Digits;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;

/** Elements of STRING tensors: none, long, no UTF-8, and images whole, damaged and lying. */
final class StringMaker {
  private static final List<byte[]> IMAGES = images();

  private final Random random;

  StringMaker(Random random) {
    this.random = random;
  }

  ByteString next() {
    return switch (random.nextInt(8)) {
      case 0 -> ByteString.EMPTY;
      case 1 -> ByteString.copyFromUtf8("Müll \u0000 \uD83D\uDE00 %s ${x}");
      case 2 -> noise(random.nextInt(40));
      case 3 -> random.nextInt(20) == 0 ? noise(random.nextInt(1 << 20)) : noise(3);
      case 4 -> liar();
      default -> image();
    };
  }

  private ByteString noise(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return ByteString.copyFrom(bytes);
  }

  private ByteString image() {
    byte[] bytes = IMAGES.get(random.nextInt(IMAGES.size())).clone();
    if (random.nextBoolean()) {
      for (int i = random.nextInt(6); i >= 0; i--) {
        int range = random.nextBoolean() ? Math.min(60, bytes.length) : bytes.length;
        bytes[random.nextInt(range)] = (byte) random.nextInt();
      }
    }
    int length = random.nextInt(4) == 0 ? random.nextInt(bytes.length) : bytes.length;
    return ByteString.copyFrom(bytes, 0, length);
  }

  /** A PNG whose header promises any size. */
  private ByteString liar() {
    int side = 1 << random.nextInt(31);
    return ByteString.copyFrom(
        ByteBuffer.allocate(33)
            .putLong(0x89504E470D0A1A0AL)
            .putInt(13)
            .putInt(0x49484452)
            .putInt(side)
            .putInt(random.nextBoolean() ? side : 1)
            .put((byte) 8)
            .array());
  }

  private static List<byte[]> images() {
    List<byte[]> images = new ArrayList<>();
    Digits digits = Digits.ofTestSet();
    try {
      for (String format : List.of("png", "jpg", "gif", "bmp")) {
        images.add(digits.encoded(0, format));
      }
      for (int type : new int[] {BufferedImage.TYPE_INT_RGB, BufferedImage.TYPE_INT_ARGB}) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(200, 3, type), "png", out);
        images.add(out.toByteArray());
      }
      // Small on the wire, a million pixels in memory.
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      ImageIO.write(new BufferedImage(1000, 1000, BufferedImage.TYPE_BYTE_GRAY), "png", out);
      images.add(out.toByteArray());
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return images;
  }
}
