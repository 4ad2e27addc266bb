package dev.millrace.server.tensorflow.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.millrace.proto.tfserving.LogMetadata;
import dev.millrace.proto.tfserving.ModelSpec;
import dev.millrace.proto.tfserving.PredictLog;
import dev.millrace.proto.tfserving.PredictionLog;
import dev.millrace.server.catalog.WarmUpRequest;
import dev.millrace.server.inference.recording.RecordedRequest;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.RequestLogSettings;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.Shape;
import dev.millrace.server.tensor.TensorData;
import dev.millrace.server.tensorflow.session.WarmUpRecordFile;
import dev.millrace.server.testing.PuppetClock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records in files: their form, how large and how old they become. */
final class RequestLogFilesTest {
  private static final ModelName MODEL = new ModelName("m");
  private static final RequestLogSettings SETTINGS =
      new RequestLogSettings(0.5, Set.of(), true, 1 << 20, 1 << 20, Duration.ofHours(8));

  @TempDir private Path root;
  private final PuppetClock clock = new PuppetClock();

  @Test
  void write_record_isTensorFlowServingsPredictionLog() throws Exception {
    RequestLogFolder folder = new RequestLogFolder(root);
    try (RequestLogFiles files = new RequestLogFiles(folder, clock)) {
      assertThat(files.write(record(7, 12), SETTINGS)).isTrue();
    }

    List<byte[]> records = folder.newest(MODEL, 10);
    assertThat(records).hasSize(1);
    PredictionLog log = PredictionLog.parseFrom(records.get(0));
    assertThat(log.getUnknownFields().asMap()).isEmpty();
    LogMetadata metadata = log.getLogMetadata();
    ModelSpec model = metadata.getModelSpec();
    assertThat(model.getName()).isEqualTo("m");
    assertThat(model.getVersion().getValue()).isEqualTo(7);
    assertThat(model.getSignatureName()).isEqualTo("serve");
    assertThat(metadata.getSamplingConfig().getSamplingRate()).isEqualTo(0.5);
    assertThat(metadata.getSavedModelTagsList()).containsExactly("serve");
    PredictLog predict = log.getPredictLog();
    assertThat(predict.getRequest().getModelSpec()).isEqualTo(model);
    assertThat(predict.getRequest().getOutputFilterList()).containsExactly("y");
    assertThat(predict.getRequest().getInputsMap().keySet()).containsExactlyInAnyOrder("x", "s");
    assertThat(predict.getRequest().getInputsOrThrow("x").getTensorContent().size()).isEqualTo(12);
    assertThat(predict.getRequest().getInputsOrThrow("s").getStringVal(0).toStringUtf8())
        .isEqualTo("words");
    assertThat(predict.getResponse().getModelSpec()).isEqualTo(model);
    assertThat(predict.getResponse().getOutputsOrThrow("y").getTensorShape().getDim(0).getSize())
        .isEqualTo(12);
    assertThat(PredictionLog.parseFrom(log.toByteArray())).isEqualTo(log);
  }

  @Test
  void write_withoutAnswer_hasNoResponse() throws Exception {
    RequestLogFolder folder = new RequestLogFolder(root);
    try (RequestLogFiles files = new RequestLogFiles(folder, clock)) {
      files.write(
          new RecordedRequest(
              new VersionId(MODEL, 1), "serve", Map.of("x", tensor(3)), List.of(), Map.of(), 1),
          SETTINGS);
    }

    PredictLog predict = PredictionLog.parseFrom(folder.newest(MODEL, 1).get(0)).getPredictLog();
    assertThat(predict.hasResponse()).isFalse();
    assertThat(predict.getRequest().getOutputFilterCount()).isZero();
    assertThat(new RecordedRequests(folder).answered(MODEL, 1)).isEmpty();
  }

  @Test
  void write_joinedTensor_isWhole() throws Exception {
    RequestLogFolder folder = new RequestLogFolder(root);
    TensorData joined = TensorData.join(List.of(tensor(3), tensor(2)));
    try (RequestLogFiles files = new RequestLogFiles(folder, clock)) {
      files.write(
          new RecordedRequest(
              new VersionId(MODEL, 1),
              "serve",
              Map.of("x", joined),
              List.of(),
              Map.of("y", joined),
              1),
          SETTINGS);
    }

    AnsweredRequest read = new RecordedRequests(folder).answered(MODEL, 1).get(0);
    assertThat(read.request().inputs().get("x").bytes()).isEqualTo(joined.bytes());
    assertThat(read.outputs().get("y").shape()).isEqualTo(Shape.of(5));
  }

  @Test
  void write_fileFull_beginsAnotherAndTheOldestGo() throws Exception {
    RequestLogFolder folder = new RequestLogFolder(root);
    RequestLogSettings small =
        new RequestLogSettings(1, Set.of(), true, 2500, 6000, Duration.ofHours(8));
    try (RequestLogFiles files = new RequestLogFiles(folder, clock)) {
      for (int i = 1; i <= 20; i++) {
        assertThat(files.write(record(i, 500), small)).isTrue();
        assertThat(size()).isLessThanOrEqualTo(6000);
      }
    }

    assertThat(names()).hasSizeBetween(2, 3).allMatch(name -> name.endsWith(".tfrecord"));
    List<byte[]> records = folder.newest(MODEL, 100);
    assertThat(version(records.get(records.size() - 1))).isEqualTo(20);
    assertThat(version(records.get(0))).isEqualTo(21 - records.size());
    List<byte[]> three = folder.newest(MODEL, 3);
    assertThat(three.stream().map(RequestLogFilesTest::version)).containsExactly(18L, 19L, 20L);
  }

  @Test
  void write_recordLargerThanAFile_isLeftOut() throws Exception {
    RequestLogFolder folder = new RequestLogFolder(root);
    try (RequestLogFiles files = new RequestLogFiles(folder, clock)) {
      assertThat(
              files.write(
                  record(1, 3000),
                  new RequestLogSettings(1, Set.of(), true, 2000, 1 << 20, Duration.ofHours(1))))
          .isFalse();
      assertThat(
              files.write(
                  record(1, 3000),
                  new RequestLogSettings(1, Set.of(), true, 1 << 20, 2000, Duration.ofHours(1))))
          .isFalse();
    }
    assertThat(new RequestLogFolder(root).models()).isEmpty();
  }

  @Test
  void sweep_timeOver_closesFilesAndDeletesOldOnes() throws Exception {
    RequestLogFolder folder = new RequestLogFolder(root);
    try (RequestLogFiles files = new RequestLogFiles(folder, clock)) {
      files.write(record(1, 10), SETTINGS);
      files.sweep(model -> SETTINGS);
      assertThat(names()).allMatch(name -> name.endsWith(".part"));
      clock.advance(Duration.ofMinutes(61));
      files.sweep(model -> SETTINGS);
      assertThat(names()).allMatch(name -> name.endsWith(".tfrecord"));
      files.write(record(2, 10), SETTINGS);
      assertThat(names()).hasSize(2);

      clock.advance(Duration.ofHours(7));
      files.sweep(model -> SETTINGS);

      assertThat(folder.newest(MODEL, 9))
          .extracting(RequestLogFilesTest::version)
          .containsExactly(2L);
      clock.advance(Duration.ofHours(2));
      files.sweep(model -> SETTINGS);
      assertThat(names()).isEmpty();
      files.write(record(3, 10), SETTINGS);
      assertThat(folder.newest(MODEL, 9)).hasSize(1);
      files.sweep(model -> RequestLogSettings.OFF);
      assertThat(names()).allMatch(name -> name.endsWith(".tfrecord"));
    }
  }

  @Test
  void open_fileThatAStopLeft_isClosedWithoutTheTornRecord() throws Exception {
    RequestLogFolder folder = new RequestLogFolder(root);
    RequestLogFiles killed = new RequestLogFiles(folder, clock);
    killed.write(record(1, 10), SETTINGS);
    killed.write(record(2, 10), SETTINGS);
    Path part = folder.files(MODEL).get(0).path();
    Files.write(part, new byte[] {20, 0, 0, 0, 0}, StandardOpenOption.APPEND);
    assertThat(folder.newest(MODEL, 9)).hasSize(2);

    try (RequestLogFiles files = new RequestLogFiles(folder, clock)) {
      assertThat(names()).allMatch(name -> name.endsWith(".tfrecord"));
      files.write(record(3, 10), SETTINGS);
    }
    assertThat(folder.newest(MODEL, 9))
        .extracting(RequestLogFilesTest::version)
        .containsExactly(1L, 2L, 3L);
  }

  @Test
  void copyAsWarmUp_records_areReadByTheWarmUp() throws Exception {
    RequestLogFolder folder = new RequestLogFolder(root);
    try (RequestLogFiles files = new RequestLogFiles(folder, clock)) {
      for (int i = 1; i <= 5; i++) {
        files.write(record(i, i), SETTINGS);
      }
    }
    Path model = Files.createDirectories(root.resolve("export"));
    RecordedRequests requests = new RecordedRequests(folder);
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> requests.copyAsWarmUp(MODEL, 3, model))
        .withMessageContaining("no SavedModel");
    Files.writeString(model.resolve("saved_model.pb"), "");

    assertThat(requests.copyAsWarmUp(MODEL, 3, model)).isEqualTo(3);

    List<WarmUpRequest> read = new WarmUpRecordFile().read(model);
    assertThat(read)
        .extracting(request -> request.inputs().get("x").shape())
        .containsExactly(Shape.of(3), Shape.of(4), Shape.of(5));
    assertThat(read.get(0).signature()).isEqualTo("serve");
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> requests.copyAsWarmUp(MODEL, 3, model))
        .withMessageContaining("already");
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> requests.copyAsWarmUp(new ModelName("other"), 3, model))
        .withMessageContaining("no requests");
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> requests.copyAsWarmUp(MODEL, 1001, model));
    assertThat(requests.sizes()).extracting(RecordedRequests.Size::files).containsExactly(1);
  }

  private static RecordedRequest record(long version, int bytes) {
    return new RecordedRequest(
        new VersionId(MODEL, version),
        "serve",
        Map.of(
            "x",
            tensor(bytes),
            "s",
            TensorData.ofStrings(
                Shape.of(1), List.of(ByteBuffer.wrap("words".getBytes(StandardCharsets.UTF_8))))),
        List.of("y"),
        Map.of("y", tensor(bytes)),
        0.5);
  }

  private static TensorData tensor(int bytes) {
    byte[] values = new byte[bytes];
    java.util.Arrays.fill(values, (byte) 7);
    return TensorData.ofBytes(DataType.UINT8, Shape.of(bytes), ByteBuffer.wrap(values));
  }

  private static long version(byte[] record) {
    try {
      return PredictionLog.parseFrom(record)
          .getLogMetadata()
          .getModelSpec()
          .getVersion()
          .getValue();
    } catch (IOException malformed) {
      throw new AssertionError(malformed);
    }
  }

  private long size() throws IOException {
    return new RequestLogFolder(root)
        .files(MODEL).stream().mapToLong(RequestLogFolder.Kept::bytes).sum();
  }

  private List<String> names() throws IOException {
    List<String> names = new ArrayList<>();
    new RequestLogFolder(root)
        .files(MODEL)
        .forEach(file -> names.add(String.valueOf(file.path().getFileName())));
    return names;
  }
}
