package dev.millrace.server.inference;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class ImageLimitTest {
  private static final int[] JFIF = {0xFF, 0xE0, 0, 4, 1, 2};
  private static final int[] LARGE = {0xFF, 0xC0, 0, 11, 8, 0xEA, 0x60, 0xEA, 0x60, 1, 0, 0, 0};

  @Test
  void pixels_jpeg_areThoseOfItsFrame() {
    assertThat(jpeg(JFIF, LARGE)).isEqualTo(60_000L * 60_000);
  }

  /** Decoders pass over all of these, so the check must. */
  @Test
  void pixels_jpegWithStrayBytesBetweenSegments_areFoundAllTheSame() {
    assertThat(jpeg(JFIF, new int[] {0}, LARGE)).isEqualTo(60_000L * 60_000);
    assertThat(jpeg(JFIF, new int[] {0xFF, 0, 0x77}, LARGE)).isEqualTo(60_000L * 60_000);
    assertThat(jpeg(JFIF, new int[] {0xFF, 0xFF, 0xFF}, LARGE)).isEqualTo(60_000L * 60_000);
    assertThat(jpeg(new int[] {0xFF, 0xD0}, LARGE)).isEqualTo(60_000L * 60_000);
  }

  @Test
  void pixels_gif_areThoseOfAllFramesAtTheLargestSize() {
    assertThat(gif(10, 10)).isEqualTo(100);
    assertThat(gif(1, 1, 60_000, 60_000)).isEqualTo(60_000L * 60_000);
    assertThat(gif(1, 1, 100, 10, 10, 100)).isEqualTo(2 * 100 * 100);
  }

  @Test
  void pixels_randomOrTruncatedFiles_endAndAreNotNegative() {
    Random random = new Random(7);
    int[][] starts = {
      {0xFF, 0xD8, 0xFF}, {'G', 'I', 'F'}, {'B', 'M'}, {0x89, 'P', 'N', 'G', 13, 10, 26, 10}
    };
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[random.nextInt(60)];
      random.nextBytes(bytes);
      int[] start = starts[i % starts.length];
      for (int j = 0; j < Math.min(start.length, bytes.length); j++) {
        bytes[j] = (byte) start[j];
      }
      assertThat(ImageLimit.pixels(ByteBuffer.wrap(bytes))).isNotNegative();
    }
  }

  private static long jpeg(int[]... segments) {
    ByteBuffer bytes = ByteBuffer.allocate(200).put((byte) 0xFF).put((byte) 0xD8);
    for (int[] segment : segments) {
      for (int each : segment) {
        bytes.put((byte) each);
      }
    }
    return ImageLimit.pixels(bytes.flip());
  }

  /** Sizes of the screen, then of each frame. */
  private static long gif(int... sizes) {
    ByteBuffer bytes = ByteBuffer.allocate(500).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(new byte[] {'G', 'I', 'F', '8', '9', 'a'});
    bytes.putShort((short) sizes[0]).putShort((short) sizes[1]);
    bytes.put(new byte[] {(byte) 0x80, 0, 0}).put(new byte[6]);
    for (int i = 2; i < sizes.length; i += 2) {
      bytes.put(new byte[] {0x21, (byte) 0xF9, 4, 0, 0, 0, 0, 0});
      bytes.put((byte) 0x2C).putInt(0).putShort((short) sizes[i]).putShort((short) sizes[i + 1]);
      bytes.put(new byte[] {0, 2, 2, 0x4C, 1, 0});
    }
    return ImageLimit.pixels(bytes.put((byte) 0x3B).flip().order(ByteOrder.BIG_ENDIAN));
  }
}
