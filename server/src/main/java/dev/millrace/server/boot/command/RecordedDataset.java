package dev.millrace.server.boot.command;

import dev.millrace.server.inference.InferenceResponse;
import dev.millrace.server.inference.shadow.AnswerClasses;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.TensorData;
import dev.millrace.server.tensorflow.record.AnsweredRequest;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Recorded requests as a dataset: what was asked are the examples, what was answered their labels.
 * So the accuracy of another version on it is its agreement with what callers were told. Confined
 * to one thread.
 */
final class RecordedDataset {
  private static final int LEAST_EXAMPLES = 4;
  private static final int IMAGES_MAGIC = 0x803;
  private static final int LABELS_MAGIC = 0x801;

  private final List<byte[]> images = new ArrayList<>();
  private final List<String> texts = new ArrayList<>();
  private final List<String> labels = new ArrayList<>();
  private int height;
  private int width;
  private int passedOver;

  /** Takes a request in, if it has one input of pictures or texts and tells a class of each. */
  void add(AnsweredRequest answered) {
    List<String> classes =
        AnswerClasses.of(
            new InferenceResponse(
                new VersionId(new ModelName("recorded"), 1), "", answered.outputs()));
    TensorData input =
        answered.request().inputs().size() == 1
            ? answered.request().inputs().values().iterator().next()
            : null;
    if (input == null
        || input.shape().rank() == 0
        || input.shape().size(0) != classes.size()
        || !(addTexts(input) || addImages(input))) {
      passedOver++;
      return;
    }
    labels.addAll(classes);
  }

  private boolean addTexts(TensorData input) {
    if (input.dtype() != DataType.STRING
        || input.shape().elementCount() != input.shape().size(0)
        || !images.isEmpty()) {
      return false;
    }
    for (ByteBuffer text : input.strings()) {
      texts.add(StandardCharsets.UTF_8.decode(text.duplicate()).toString());
    }
    return true;
  }

  private boolean addImages(TensorData input) {
    int rank = input.shape().rank();
    boolean grey = rank == 3 || (rank == 4 && input.shape().size(3) == 1);
    boolean pixels = input.dtype() == DataType.FLOAT32 || input.dtype() == DataType.UINT8;
    if (!grey || !pixels || !texts.isEmpty()) {
      return false;
    }
    int rows = Math.toIntExact(input.shape().size(1));
    int columns = Math.toIntExact(input.shape().size(2));
    if (!images.isEmpty() && (rows != height || columns != width)) {
      return false;
    }
    height = rows;
    width = columns;
    ByteBuffer bytes = input.bytes();
    for (long i = 0; i < input.shape().size(0); i++) {
      byte[] image = new byte[rows * columns];
      for (int p = 0; p < image.length; p++) {
        image[p] =
            input.dtype() == DataType.UINT8
                ? bytes.get()
                : (byte) Math.round(255 * Math.max(0, Math.min(1, bytes.getFloat())));
      }
      images.add(image);
    }
    return true;
  }

  /** Examples so far. */
  int count() {
    return labels.size();
  }

  /** Requests that make no examples. */
  int passedOver() {
    return passedOver;
  }

  /**
   * Writes the files of a dataset.
   *
   * @param folder must not exist
   * @throws IOException if there are too few examples, or it cannot be written
   */
  void write(Path folder) throws IOException {
    if (count() < LEAST_EXAMPLES) {
      throw new IOException(
          "only "
              + count()
              + " examples with one input of texts or grey pictures, and a class, were recorded; "
              + LEAST_EXAMPLES
              + " are needed");
    }
    Files.createDirectory(folder);
    if (texts.isEmpty()) {
      // A run would learn from the few; what a version is measured on are the others.
      int learned = Math.max(2, count() / 10);
      writeImages(folder, "train", 0, learned);
      writeImages(folder, "t10k", learned, count());
    } else {
      StringBuilder table = new StringBuilder("text,label\n");
      for (int i = 0; i < count(); i++) {
        table.append(quoted(texts.get(i))).append(',').append(quoted(labels.get(i))).append('\n');
      }
      Files.writeString(folder.resolve("requests.csv"), table);
    }
  }

  private void writeImages(Path folder, String split, int from, int to) throws IOException {
    ByteArrayOutputStream pixels = new ByteArrayOutputStream();
    DataOutputStream header = new DataOutputStream(pixels);
    header.writeInt(IMAGES_MAGIC);
    header.writeInt(to - from);
    header.writeInt(height);
    header.writeInt(width);
    for (byte[] image : images.subList(from, to)) {
      pixels.write(image);
    }
    Files.write(folder.resolve(split + "-images-idx3-ubyte"), pixels.toByteArray());
    ByteArrayOutputStream classes = new ByteArrayOutputStream();
    DataOutputStream list = new DataOutputStream(classes);
    list.writeInt(LABELS_MAGIC);
    list.writeInt(to - from);
    for (String label : labels.subList(from, to)) {
      list.writeByte(number(label));
    }
    Files.write(folder.resolve(split + "-labels-idx1-ubyte"), classes.toByteArray());
  }

  private static int number(String label) throws IOException {
    if (!label.matches("[0-9]{1,2}")) {
      throw new IOException("the classes of pictures must be numbers below 100");
    }
    return Integer.parseInt(label);
  }

  private static String quoted(String value) {
    return '"' + value.replace("\"", "\"\"") + '"';
  }
}
