package dev.millrace.server.tensorflow.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millrace.server.catalog.Servable;
import dev.millrace.server.catalog.ServableSource;
import dev.millrace.server.model.Deadline;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ExecutionMode;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ModelSettings;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.Shape;
import dev.millrace.server.tensor.TensorData;
import dev.millrace.server.testing.SmallModels;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class SavedModelServableTest {
  private final TensorLedger ledger = new TensorLedger();
  @TempDir private Path folder;

  @AfterEach
  void noTensorStaysOpen() {
    assertThat(ledger.open()).isZero();
  }

  @Test
  void run_floats_computesOverTheBatch() throws IOException {
    SmallModels.doubling(folder.resolve("m"));
    try (Servable servable = load("m")) {
      ByteBuffer bytes = ByteBuffer.allocate(16).order(java.nio.ByteOrder.LITTLE_ENDIAN);
      bytes.putFloat(1).putFloat(2).putFloat(3).putFloat(4).flip();
      TensorData y =
          run(servable, "x", TensorData.ofBytes(DataType.FLOAT32, Shape.of(2, 2), bytes), "y");
      assertThat(y.shape()).isEqualTo(Shape.of(2, 2));
      assertThat(y.bytes().getFloat(12)).isEqualTo(8f);
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "STRING")
  void run_everyFixedSizeType_comesBackBitForBit(DataType dtype) throws IOException {
    SmallModels.identity(
        folder.resolve("m"), org.tensorflow.proto.DataType.forNumber(dtype.number()));
    try (Servable servable = load("m")) {
      for (Shape shape : List.of(Shape.of(), Shape.of(3), Shape.of(2, 0), Shape.of(2, 3, 4))) {
        byte[] bytes = new byte[(int) shape.elementCount() * dtype.byteSize()];
        new Random(1).nextBytes(bytes);
        if (dtype == DataType.BOOL) {
          java.util.Arrays.fill(bytes, (byte) 1);
        }
        TensorData y =
            run(servable, "x", TensorData.ofBytes(dtype, shape, ByteBuffer.wrap(bytes)), "y");
        assertThat(y.dtype()).isEqualTo(dtype);
        assertThat(y.shape()).isEqualTo(shape);
        assertThat(y.bytes()).isEqualTo(ByteBuffer.wrap(bytes));
      }
    }
  }

  @Test
  void run_stringsEmptyShortLongAndNoUtf8_comeBackByteForByte() throws IOException {
    SmallModels.echo(folder.resolve("m"));
    List<ByteBuffer> strings = new ArrayList<>();
    for (int length : new int[] {0, 1, 22, 23, 24, 1000, 100_000}) {
      byte[] bytes = new byte[length];
      new Random(length).nextBytes(bytes);
      strings.add(ByteBuffer.wrap(bytes));
    }
    try (Servable servable = load("m")) {
      for (int round = 0; round < 50; round++) {
        Map<String, TensorData> answers =
            servable.run(
                "serving_default",
                Map.of("text", TensorData.ofStrings(Shape.of(strings.size()), strings)),
                List.of("echo", "size"),
                Deadline.NONE);
        assertThat(answers.get("echo").strings()).isEqualTo(strings);
        assertThat(answers.get("size").bytes().getLong(6 * 8)).isEqualTo(100_000);
      }
    }
  }

  @Test
  void run_fromManyThreads_neverMixesAnswers() throws Exception {
    SmallModels.doubling(folder.resolve("m"));
    try (Servable servable = load("m")) {
      List<CompletableFuture<Void>> runs = new ArrayList<>();
      for (int thread = 0; thread < 4; thread++) {
        float value = thread;
        runs.add(
            CompletableFuture.runAsync(
                () -> {
                  for (int i = 0; i < 500; i++) {
                    ByteBuffer bytes =
                        ByteBuffer.allocate(8).order(java.nio.ByteOrder.LITTLE_ENDIAN);
                    bytes.putFloat(value).putFloat(i).flip();
                    TensorData y =
                        run(
                            servable,
                            "x",
                            TensorData.ofBytes(DataType.FLOAT32, Shape.of(1, 2), bytes),
                            "y");
                    assertThat(y.bytes().getFloat(0)).isEqualTo(2 * value);
                    assertThat(y.bytes().getFloat(4)).isEqualTo(2f * i);
                  }
                }));
      }
      CompletableFuture.allOf(runs.toArray(CompletableFuture[]::new)).get();
    }
  }

  @Test
  void run_valuesRefusedByTheModel_areTheCallersFaultAndTheNextRunWorks() throws IOException {
    SmallModels.doubling(folder.resolve("m"));
    try (Servable servable = load("m")) {
      TensorData wrongWidth =
          TensorData.ofBytes(DataType.FLOAT64, Shape.of(1, 2), ByteBuffer.allocate(16));
      ServingException error =
          catchThrowableOfType(ServingException.class, () -> run(servable, "x", wrongWidth, "y"));
      assertThat(error.reason()).isEqualTo(ErrorReason.VALUE_REJECTED);
      assertThat(ledger.open()).isZero();
      TensorData good =
          TensorData.ofBytes(DataType.FLOAT32, Shape.of(1, 2), ByteBuffer.allocate(8));
      assertThat(run(servable, "x", good, "y").shape()).isEqualTo(Shape.of(1, 2));
    }
  }

  @Test
  void load_damagedModels_areRefusedWithoutAPath() throws IOException {
    Path model = folder.resolve("m");
    SmallModels.doubling(model);
    byte[] good = Files.readAllBytes(model.resolve("saved_model.pb"));
    for (byte[] damaged :
        List.of(
            new byte[0], new byte[] {1, 2, 3}, java.util.Arrays.copyOf(good, good.length / 2))) {
      Files.write(model.resolve("saved_model.pb"), damaged);
      assertThatThrownBy(() -> load("m"))
          .isInstanceOfSatisfying(
              ServingException.class,
              error -> {
                assertThat(error.reason()).isEqualTo(ErrorReason.LOAD_FAILED);
                assertThat(error.message()).doesNotContain(folder.toString());
              });
    }
  }

  @Test
  void load_variablesWithoutIndex_isRefused() throws IOException {
    SmallModels.doubling(folder.resolve("m"));
    Files.createDirectories(folder.resolve("m/variables"));
    Files.deleteIfExists(folder.resolve("m/variables/variables.index"));
    Files.writeString(folder.resolve("m/variables/variables.data-00000-of-00001"), "values");
    assertThatThrownBy(() -> load("m")).hasMessageContaining("variables.index");
  }

  @Test
  void forCallers_pathsNodesAndAddresses_areTakenOut() {
    assertThat(
            TensorFlowMessage.forCallers(
                "No file /var/lib/x.pb at 0x7f00aa11bb22\n\t [[{{node a/b}}]]"))
        .isEqualTo("No file <path> at <address>");
  }

  private static TensorData run(Servable servable, String input, TensorData tensor, String output) {
    TensorData answer =
        servable
            .run("serving_default", Map.of(input, tensor), List.of(output), Deadline.NONE)
            .get(output);
    assertThat(answer).isNotNull();
    return answer;
  }

  private Servable load(String name) {
    return new SavedModelLoader(ledger, 2, Clock.systemUTC())
        .load(
            new ServableSource(
                new VersionId(new ModelName("m"), 1),
                folder.resolve(name),
                "digest",
                ModelSettings.DEFAULT),
            ExecutionMode.PER_CORE);
  }
}
