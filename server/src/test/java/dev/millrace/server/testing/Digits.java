package dev.millrace.server.testing;

import dev.millrace.server.dataset.Dataset;
import dev.millrace.server.dataset.Datasets;
import dev.millrace.server.dataset.LabelledImages;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/** The real test digits, as floats and as PNG files. */
public final class Digits {
  private final LabelledImages images;

  private Digits(LabelledImages images) {
    this.images = images;
  }

  /** The 10,000 digits of MNIST's test set. */
  public static Digits ofTestSet() {
    Dataset mnist = new Datasets(Path.of("none")).load("mnist");
    return new Digits(mnist.test());
  }

  /** What a digit is, 0 to 9. */
  public int label(int index) {
    return images.label(index);
  }

  /** 784 values in 0..1. */
  public float[] pixels(int index) {
    float[] pixels = new float[784];
    images.copyScaled(index, pixels, 0);
    return pixels;
  }

  /** The digits from one index to before another, one a row. */
  public float[][] rows(int from, int to) {
    float[][] rows = new float[to - from][];
    for (int i = from; i < to; i++) {
      rows[i - from] = pixels(i);
    }
    return rows;
  }

  /** A grey PNG of 28x28. */
  public byte[] png(int index) throws IOException {
    return encoded(index, "png");
  }

  /** A grey image file of 28x28, of a format that ImageIO knows. */
  public byte[] encoded(int index, String format) throws IOException {
    BufferedImage image = new BufferedImage(28, 28, BufferedImage.TYPE_BYTE_GRAY);
    float[] pixels = pixels(index);
    for (int i = 0; i < pixels.length; i++) {
      image.getRaster().setSample(i % 28, i / 28, 0, Math.round(pixels[i] * 255));
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(image, format, out);
    return out.toByteArray();
  }
}
