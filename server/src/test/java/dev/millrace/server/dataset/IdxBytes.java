package dev.millrace.server.dataset;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;

/** IDX files of tests, right ones and wrong ones. */
final class IdxBytes {
  private IdxBytes() {}

  /** A file whose header says what it is told to, whatever the values. */
  static byte[] of(int magic, int[] dimensions, byte[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * (1 + dimensions.length) + values.length);
    bytes.putInt(magic);
    for (int dimension : dimensions) {
      bytes.putInt(dimension);
    }
    return bytes.put(values).array();
  }

  /** Images of one size, the pixels of each being its index. */
  static byte[] images(int count, int height, int width) {
    byte[] values = new byte[count * height * width];
    for (int i = 0; i < values.length; i++) {
      values[i] = (byte) (i / (height * width));
    }
    return of(0x803, new int[] {count, height, width}, values);
  }

  /** Labels from 0 to 9, over and over. */
  static byte[] labels(int count) {
    byte[] values = new byte[count];
    for (int i = 0; i < count; i++) {
      values[i] = (byte) (i % 10);
    }
    return of(0x801, new int[] {count}, values);
  }

  static byte[] gzip(byte[] plain) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream compressed = new GZIPOutputStream(bytes)) {
      compressed.write(plain);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  /** Writes a dataset of 24 training and 6 test images of 4x3 under MNIST's names. */
  static Path write(Path folder) throws IOException {
    return write(folder, "", "t10k", "");
  }

  static Path write(Path folder, String prefix, String test, String suffix) throws IOException {
    Files.createDirectories(folder);
    boolean compressed = suffix.equals(".gz");
    put(folder, prefix + "train-images-idx3-ubyte" + suffix, images(24, 4, 3), compressed);
    put(folder, prefix + "train-labels-idx1-ubyte" + suffix, labels(24), compressed);
    put(folder, prefix + test + "-images-idx3-ubyte" + suffix, images(6, 4, 3), compressed);
    put(folder, prefix + test + "-labels-idx1-ubyte" + suffix, labels(6), compressed);
    return folder;
  }

  private static void put(Path folder, String name, byte[] plain, boolean compressed)
      throws IOException {
    Files.write(folder.resolve(name), compressed ? gzip(plain) : plain);
  }
}
