package dev.millrace.server.inference;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.FieldViolation;
import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.TensorData;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;

/**
 * Refuses encoded images that would unpack to far more memory than they take on the wire, by the
 * size that their own header states. Looks at STRING elements that begin as PNG, JPEG, GIF or BMP
 * do; others pass.
 */
final class ImageLimit {
  private static final long MOST_PIXELS = 40_000_000;
  private static final long MOST_PIXELS_TOGETHER = 10 * MOST_PIXELS;
  private static final long PNG = 0x89504E470D0A1A0AL;

  private ImageLimit() {}

  static Optional<FieldViolation> check(String field, TensorData tensor) {
    if (tensor.dtype() != DataType.STRING) {
      return Optional.empty();
    }
    long together = 0;
    List<ByteBuffer> strings = tensor.strings();
    for (int i = 0; i < strings.size(); i++) {
      long pixels = pixels(strings.get(i).duplicate().order(ByteOrder.BIG_ENDIAN));
      if (pixels > MOST_PIXELS) {
        return refusal(field + ".strings[" + i + "]", "an image", MOST_PIXELS, pixels);
      }
      together += pixels;
    }
    return together > MOST_PIXELS_TOGETHER
        ? refusal(field + ".strings", "images", MOST_PIXELS_TOGETHER, together)
        : Optional.empty();
  }

  private static Optional<FieldViolation> refusal(String field, String what, long most, long got) {
    return Optional.of(
        new FieldViolation(
            field,
            ErrorReason.VALUE_REJECTED,
            "expected " + what + " of at most " + most + " pixels, got " + got + "; send less"));
  }

  /** Pixels that the header promises; 0 for what is no image or has no readable header. */
  static long pixels(ByteBuffer bytes) {
    int start = bytes.position();
    int length = bytes.remaining();
    if (length >= 24 && bytes.getLong(start) == PNG) {
      return area(bytes.getInt(start + 16), bytes.getInt(start + 20));
    }
    if (length >= 10
        && bytes.get(start) == 'G'
        && bytes.get(start + 1) == 'I'
        && bytes.get(start + 2) == 'F') {
      return GifFrames.pixels(bytes.slice(start, length).order(ByteOrder.LITTLE_ENDIAN));
    }
    if (length >= 26 && bytes.get(start) == 'B' && bytes.get(start + 1) == 'M') {
      ByteBuffer little = bytes.order(ByteOrder.LITTLE_ENDIAN);
      return area(Math.abs(little.getInt(start + 18)), Math.abs(little.getInt(start + 22)));
    }
    if (length >= 4 && bytes.getShort(start) == (short) 0xFFD8) {
      return jpegPixels(bytes, start + 2, start + length);
    }
    return 0;
  }

  /**
   * The largest frame header of a JPEG: walking its segments, each a marker and a length. Like
   * decoders, it passes over stray bytes between them.
   */
  private static long jpegPixels(ByteBuffer bytes, int from, int end) {
    long largest = 0;
    int at = from;
    while (at + 9 <= end) {
      if (bytes.get(at) != (byte) 0xFF) {
        at++;
        continue;
      }
      int marker = Byte.toUnsignedInt(bytes.get(at + 1));
      boolean frame =
          marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
      if (frame) {
        largest =
            Math.max(
                largest,
                area(
                    Short.toUnsignedInt(bytes.getShort(at + 5)),
                    Short.toUnsignedInt(bytes.getShort(at + 7))));
      }
      if (marker == 0xDA) {
        return largest;
      }
      boolean alone = marker <= 0x01 || (marker >= 0xD0 && marker <= 0xD8);
      if (marker == 0xFF) {
        at++;
      } else {
        at += 2 + (alone ? 0 : Short.toUnsignedInt(bytes.getShort(at + 2)));
      }
    }
    return largest;
  }

  private static long area(int width, int height) {
    return Integer.toUnsignedLong(width) * (Integer.toUnsignedLong(height) & 0x7FFF_FFFFL);
  }
}
