package dev.millrace.server.testing;

import dev.millrace.server.dataset.Dataset;
import dev.millrace.server.dataset.Datasets;
import dev.millrace.server.dataset.LabelledImages;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The first of the real digits as a dataset of their own, for jobs that are many and short. */
public final class FewDigits {
  /** What it is called. */
  public static final String NAME = "few-digits";

  private static final int TRAIN = 3_000;
  private static final int TEST = 1_000;

  private FewDigits() {}

  /**
   * Writes it where a server that is started in this folder looks for datasets.
   *
   * @param home the server's working directory
   */
  public static void write(Path home) throws IOException {
    Dataset mnist = new Datasets(Path.of("none")).load("mnist");
    Path folder = Files.createDirectories(home.resolve("datasets").resolve(NAME));
    write(folder, "train", mnist.train().slice(0, TRAIN));
    write(folder, "t10k", mnist.test().slice(0, TEST));
  }

  private static void write(Path folder, String split, LabelledImages images) throws IOException {
    try (DataOutputStream pixels = open(folder.resolve(split + "-images-idx3-ubyte"));
        DataOutputStream labels = open(folder.resolve(split + "-labels-idx1-ubyte"))) {
      for (int header : new int[] {0x803, images.count(), images.height(), images.width()}) {
        pixels.writeInt(header);
      }
      labels.writeInt(0x801);
      labels.writeInt(images.count());
      float[] scaled = new float[images.height() * images.width()];
      for (int i = 0; i < images.count(); i++) {
        images.copyScaled(i, scaled, 0);
        for (float value : scaled) {
          pixels.writeByte(Math.round(value * 255));
        }
        labels.writeByte(images.label(i));
      }
    }
  }

  private static DataOutputStream open(Path file) throws IOException {
    return new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)));
  }
}
