package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.server.inference.recording.RecordedRequest;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.RequestLogSettings;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.Shape;
import dev.millrace.server.tensor.TensorData;
import dev.millrace.server.tensorflow.record.RequestLogFiles;
import dev.millrace.server.tensorflow.record.RequestLogFolder;
import dev.millrace.server.testing.SmallModels;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code millrace request-log replay}, of records that were made up, on a real server. */
@Timeout(120)
final class ReplayCommandTest {
  private static final VersionId ANSWERED = new VersionId(new ModelName("digits"), 1);
  private static final RequestLogSettings SETTINGS =
      new RequestLogSettings(1, Set.of(), true, 1 << 20, 1 << 20, Duration.ofHours(8));

  @TempDir private static Path folder;
  private static LifeRig rig;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeAll
  static void start() throws IOException {
    SmallModels.labels(folder.resolve("models/digits/2"), 0);
    rig = LifeRig.start(folder, Map.of());
    rig.awaitAvailable("digits", 2);
  }

  @AfterAll
  static void stop() {
    rig.close();
  }

  @Test
  void replay_recordedRequests_tellsWhatTheVersionSaysOtherwise(@TempDir Path data)
      throws IOException {
    record(data, "serving_default", new float[] {3, 4, 5}, new long[] {3, 4, 5});
    record(data, "serving_default", new float[] {4, 6}, new long[] {9, 6});
    record(data, "gone", new float[] {1}, new long[] {1});

    assertThat(run(data, "2")).isZero();

    assertThat(out.toString().lines())
        .contains("2 of 3 requests were answered by version 2")
        .anyMatch(line -> line.contains("80.00 % of 5 examples"))
        .anyMatch(line -> line.matches(" +1 times +4 instead of 9"))
        .anyMatch(line -> line.matches(" +refused +1 +SIGNATURE_NOT_FOUND"));
  }

  @Test
  void replay_asJson_hasTheSameForPrograms(@TempDir Path data) throws IOException {
    record(data, "serving_default", new float[] {3, 4}, new long[] {3, 9});

    assertThat(run(data, "2", "--output", "json")).isZero();

    JsonNode report = new ObjectMapper().readTree(out.toString());
    assertThat(report.get("examples").asInt()).isEqualTo(2);
    assertThat(report.get("agreed").asInt()).isEqualTo(1);
    assertThat(report.get("p50_ms").asDouble()).isPositive();
    assertThat(report.get("changes").get(0).get("told").asText()).isEqualTo("9");
    assertThat(report.get("changes").get(0).get("says").asText()).isEqualTo("4");
  }

  @Test
  void replay_onAVersionThatIsNotThere_failsWithTheReason(@TempDir Path data) throws IOException {
    record(data, "serving_default", new float[] {3}, new long[] {3});

    assertThat(run(data, "7")).isEqualTo(CommandLine.ExitCode.SOFTWARE);
    assertThat(out.toString()).contains("0 of 1", "VERSION_NOT_FOUND");
  }

  @Test
  void replay_ofNothing_saysSo(@TempDir Path data) {
    assertThat(run(data, "2")).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString()).contains("no requests to 'digits' are recorded");
  }

  @Test
  void replay_ofWhatCannotBeRead_saysSoInWords(@TempDir Path data) throws IOException {
    Files.createDirectories(data.resolve("request-log"));
    Files.writeString(data.resolve("request-log/digits"), "no folder");

    assertThat(run(data, "2")).isEqualTo(CommandLine.ExitCode.SOFTWARE);
    assertThat(err.toString()).contains("cannot be read").doesNotContain("Exception");
  }

  @Test
  void replay_help_isThere(@TempDir Path data) {
    assertThat(run(data, "--help")).isZero();
    assertThat(out.toString()).contains("VERSION", "--records");
  }

  private int run(Path data, String... more) {
    CommandLine program = Main.commandLine();
    program.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    List<String> words = new ArrayList<>(List.of("request-log", "replay", "--model", "digits"));
    words.addAll(List.of("--data-dir", data.toString()));
    words.addAll(List.of("--server", "127.0.0.1:" + rig.server.port()));
    words.addAll(List.of(more));
    return program.execute(words.toArray(String[]::new));
  }

  private static void record(Path data, String signature, float[] asked, long[] told)
      throws IOException {
    ByteBuffer x = ByteBuffer.allocate(asked.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    x.asFloatBuffer().put(asked);
    ByteBuffer label = ByteBuffer.allocate(told.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    label.asLongBuffer().put(told);
    try (RequestLogFiles files =
        new RequestLogFiles(RequestLogFolder.of(data), Clock.systemUTC())) {
      files.write(
          new RecordedRequest(
              ANSWERED,
              signature,
              Map.of("x", TensorData.ofBytes(DataType.FLOAT32, Shape.of(asked.length, 1), x)),
              List.of(),
              Map.of("label", TensorData.ofBytes(DataType.INT64, Shape.of(told.length), label)),
              1),
          SETTINGS);
    }
  }
}
