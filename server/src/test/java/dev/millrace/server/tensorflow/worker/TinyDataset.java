package dev.millrace.server.tensorflow.worker;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/** Twelve training and four test images of 2 x 2 pixels, as IDX files. */
final class TinyDataset {
  private static final int IMAGES_MAGIC = 0x803;
  private static final int LABELS_MAGIC = 0x801;

  private TinyDataset() {}

  static void write(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.write(folder.resolve("train-images-idx3-ubyte"), images(12));
    Files.write(folder.resolve("train-labels-idx1-ubyte"), labels(12));
    Files.write(folder.resolve("t10k-images-idx3-ubyte"), images(4));
    Files.write(folder.resolve("t10k-labels-idx1-ubyte"), labels(4));
  }

  private static byte[] images(int count) {
    return ByteBuffer.allocate(16 + 4 * count)
        .putInt(IMAGES_MAGIC)
        .putInt(count)
        .putInt(2)
        .putInt(2)
        .array();
  }

  private static byte[] labels(int count) {
    return ByteBuffer.allocate(8 + count).putInt(LABELS_MAGIC).putInt(count).array();
  }
}
