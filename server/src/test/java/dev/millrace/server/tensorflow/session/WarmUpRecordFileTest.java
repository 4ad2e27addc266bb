package dev.millrace.server.tensorflow.session;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.millrace.server.catalog.WarmUpRequest;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.Shape;
import dev.millrace.server.tensor.TensorData;
import dev.millrace.server.tensorflow.record.PredictionLogs;
import dev.millrace.server.tensorflow.record.TfRecordWriter;
import dev.millrace.server.tensorflow.record.WarmUpFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class WarmUpRecordFileTest {
  private static final WarmUpRequest REQUEST = new WarmUpRequest("score", Map.of(), List.of("y"));

  private final WarmUpRecordFile records = new WarmUpRecordFile();
  @TempDir private Path folder;

  @BeforeEach
  void makeFolder() throws IOException {
    Files.createDirectories(WarmUpFile.in(folder).getParent());
  }

  @Test
  void read_noFile_isEmpty() {
    assertThat(records.read(folder)).isEmpty();
    assertThat(records.read(folder.resolve("nowhere"))).isEmpty();
  }

  @Test
  void read_pythonsFile_givesItsPredictions() throws IOException {
    List<WarmUpRequest> requests = python();

    assertThat(requests)
        .extracting(WarmUpRequest::signature)
        .containsExactly("serving_default", "classify", "shapes", "typed");
    TensorData images = input(requests.get(0), "images");
    assertThat(images.dtype()).isEqualTo(DataType.FLOAT32);
    assertThat(images.shape()).isEqualTo(Shape.of(3, 2));
    assertThat(images.bytes().getFloat(0)).isEqualTo(0.5f);
    assertThat(images.bytes().getFloat(20)).isEqualTo(5f);
    assertThat(requests.get(1).outputs()).containsExactly("classes", "scores");
    TensorData text = input(requests.get(1), "text");
    assertThat(text.shape()).isEqualTo(Shape.of(1, 2));
    assertThat(strings(text)).containsExactly("89504e4700", "");
  }

  @Test
  void read_pythonsShapes_areScalarsEmptyRepeatedAndPacked() throws IOException {
    WarmUpRequest shapes = python().get(2);

    assertThat(input(shapes, "scalar").shape()).isEqualTo(Shape.of());
    assertThat(input(shapes, "scalar").bytes().getLong()).isEqualTo(7);
    assertThat(input(shapes, "empty").shape()).isEqualTo(Shape.of(0, 3));
    assertThat(strings(input(shapes, "text"))).containsExactly("73616d65", "73616d65", "73616d65");
    assertThat(strings(input(shapes, "packed"))).containsExactly("6162", "", "78797a");
  }

  @Test
  void read_pythonsTypedValues_areWhatTensorFlowMakesOfThem() throws IOException {
    WarmUpRequest typed = python().get(3);

    assertThat(typed.inputs()).hasSize(2 * 22);
    typed
        .inputs()
        .forEach(
            (name, tensor) -> {
              TensorData expected = input(typed, name.replace("/read", "") + "/read");
              assertThat(tensor.dtype()).as(name).isEqualTo(expected.dtype());
              assertThat(tensor.shape()).as(name).isEqualTo(expected.shape());
              assertThat(tensor.bytes()).as(name).isEqualTo(expected.bytes());
            });
  }

  @Test
  void read_fileThatWasWritten_comesBackInOrder() throws IOException {
    WarmUpRequest other = new WarmUpRequest("other", Map.of(), List.of());
    WarmUpFile.write(folder, List.of(REQUEST, other, REQUEST));

    assertThat(records.read(folder)).containsExactly(REQUEST, other, REQUEST);
  }

  @Test
  void read_thousandRecords_areTakenAndOneMoreIsRefused() throws IOException {
    WarmUpFile.write(folder, Collections.nCopies(1000, REQUEST));
    assertThat(records.read(folder)).hasSize(1000);

    append(PredictionLogs.write(REQUEST));
    assertRefused("record 1001: only 1000 may be there");
  }

  @Test
  void read_damagedRecord_isRefusedByItsNumber() throws IOException {
    WarmUpFile.write(folder, List.of(REQUEST, REQUEST));
    byte[] whole = Files.readAllBytes(WarmUpFile.in(folder));

    Files.write(WarmUpFile.in(folder), Arrays.copyOf(whole, whole.length - 1));
    assertRefused("record 2: it is cut off");
    whole[whole.length - 5] ^= 1;
    Files.write(WarmUpFile.in(folder), whole);
    assertRefused("record 2: its data does not match its checksum");
    whole[0] ^= 1;
    Files.write(WarmUpFile.in(folder), whole);
    assertRefused("record 1: its length does not match its checksum");
  }

  @Test
  void read_recordOfSomethingElse_isRefused() throws IOException {
    append("{\"inputs\": []}".getBytes(UTF_8));
    assertRefused("record 1: it is no PredictionLog");
  }

  @Test
  void read_hugeFile_isRefusedUnread() throws IOException {
    try (RandomAccessFile sparse = new RandomAccessFile(WarmUpFile.in(folder).toFile(), "rw")) {
      sparse.setLength((256L << 20) + 1);
    }
    assertRefused("they take more than 256 MiB");
  }

  @Test
  void read_folderInThePlaceOfTheFile_isRefused() throws IOException {
    Files.createDirectory(WarmUpFile.in(folder));
    assertRefused("their file cannot be read");
  }

  private List<WarmUpRequest> python() throws IOException {
    try (InputStream file =
        Objects.requireNonNull(getClass().getResourceAsStream("/warmup/python.tfrecord"))) {
      Files.copy(file, WarmUpFile.in(folder));
    }
    return records.read(folder);
  }

  private void append(byte[] record) throws IOException {
    try (OutputStream out =
        Files.newOutputStream(
            WarmUpFile.in(folder), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      new TfRecordWriter(out).write(record);
    }
  }

  private void assertRefused(String why) {
    assertThatExceptionOfType(ServingException.class)
        .isThrownBy(() -> records.read(folder))
        .withMessage("the warm-up requests cannot be used: " + why)
        .satisfies(refused -> assertThat(refused.reason()).isEqualTo(ErrorReason.WARM_UP_FAILED));
  }

  private static TensorData input(WarmUpRequest request, String name) {
    return Objects.requireNonNull(request.inputs().get(name));
  }

  private static List<String> strings(TensorData tensor) {
    return tensor.strings().stream().map(WarmUpRecordFileTest::hex).toList();
  }

  private static String hex(ByteBuffer string) {
    byte[] bytes = new byte[string.remaining()];
    string.duplicate().get(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
