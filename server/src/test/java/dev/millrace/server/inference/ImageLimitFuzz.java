package dev.millrace.server.inference;

import dev.millrace.server.fuzz.parser.Attempt;
import java.nio.ByteBuffer;

/** The headers of encoded images. */
public final class ImageLimitFuzz {
  private ImageLimitFuzz() {}

  /** One input of Jazzer's. */
  public static void fuzzerTestOneInput(byte[] input) {
    Attempt.at(
        () -> {
          if (ImageLimit.pixels(ByteBuffer.wrap(input)) < 0) {
            throw new IllegalStateException("an image of less than no pixels");
          }
        });
  }
}
