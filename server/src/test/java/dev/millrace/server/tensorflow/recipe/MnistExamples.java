package dev.millrace.server.tensorflow.recipe;

import dev.millrace.server.dataset.Dataset;
import dev.millrace.server.dataset.Datasets;
import dev.millrace.server.dataset.LabelledImages;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/** Real digits for tests. */
final class MnistExamples {
  private MnistExamples() {}

  /** All of MNIST. */
  static Dataset all() {
    return new Datasets(Path.of("no-datasets")).load("mnist");
  }

  /** A part of MNIST that is learnt from and measured in seconds. */
  static Dataset some() {
    Dataset all = all();
    return new Dataset(
        all.name(),
        all.digest(),
        all.train().slice(0, 4000),
        all.validation().slice(0, 260),
        all.test().slice(0, 510));
  }

  /** The pixels of one digit, 0..1. */
  static float[] pixels(LabelledImages images, int index) {
    float[] pixels = new float[images.height() * images.width()];
    images.copyScaled(index, pixels, 0);
    return pixels;
  }

  /**
   * A picture of one digit.
   *
   * @param type of {@link BufferedImage}
   * @param magnification pixels of the picture for each of the digit's, in each direction
   * @param format PNG or JPEG
   */
  static byte[] picture(
      LabelledImages images, int index, int type, int magnification, String format) {
    float[] pixels = pixels(images, index);
    int width = images.width() * magnification;
    BufferedImage picture = new BufferedImage(width, images.height() * magnification, type);
    for (int y = 0; y < picture.getHeight(); y++) {
      for (int x = 0; x < width; x++) {
        int value =
            Math.round(pixels[y / magnification * images.width() + x / magnification] * 255);
        if (type == BufferedImage.TYPE_BYTE_GRAY) {
          picture.getRaster().setSample(x, y, 0, value);
        } else {
          picture.setRGB(x, y, value * 0x10101);
        }
      }
    }
    try (ByteArrayOutputStream bytes = new ByteArrayOutputStream()) {
      if (!ImageIO.write(picture, format, bytes)) {
        throw new IllegalArgumentException("no writer for " + format);
      }
      return bytes.toByteArray();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }
}
