package dev.millrace.server.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.evaluation.DatasetSplit;
import dev.millrace.server.evaluation.Evaluation;
import dev.millrace.server.evaluation.EvaluationProgress;
import dev.millrace.server.evaluation.EvaluationResults;
import dev.millrace.server.evaluation.EvaluationSpec;
import dev.millrace.server.evaluation.EvaluationState;
import dev.millrace.server.evaluation.MisreadExample;
import dev.millrace.server.evaluation.Robustness;
import dev.millrace.server.evaluation.SliceAccuracy;
import dev.millrace.server.evaluation.VersionFigures;
import dev.millrace.server.evaluation.metrics.Calibration;
import dev.millrace.server.evaluation.metrics.ClassFigures;
import dev.millrace.server.evaluation.metrics.ConfusionMatrix;
import dev.millrace.server.evaluation.metrics.Latency;
import dev.millrace.server.evaluation.metrics.McNemar;
import dev.millrace.server.evaluation.metrics.Share;
import dev.millrace.server.evaluation.robustness.Disturbance;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.VersionId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileEvaluationStoreTest {
  private static final Instant THEN = Instant.parse("2026-01-01T00:00:00.123456789Z");
  private static final VersionId VERSION = new VersionId(new ModelName("m"), 3);

  @TempDir Path folder;
  private FileEvaluationStore store;

  @BeforeEach
  void open() throws IOException {
    store = new FileEvaluationStore(folder.resolve("evaluations"));
  }

  @Test
  void evaluation_writtenAndRead_isTheSame() {
    Evaluation whole = succeeded("e1");
    Evaluation failed =
        new Evaluation(
            "e2",
            spec(null),
            "",
            "",
            EvaluationState.FAILED,
            ErrorReason.EVALUATION_UNFIT,
            "no pictures",
            null,
            THEN,
            null,
            THEN,
            null);
    store.write(failed);
    store.write(whole);
    assertThat(store.read("e1")).contains(whole);
    assertThat(store.load()).containsExactly(whole, failed);
  }

  @Test
  void evaluation_written_hasNoDerivedFigures() throws IOException {
    store.write(succeeded("e1"));
    assertThat(Files.readString(folder.resolve("evaluations/e1.json")))
        .contains("\"accuracy\":{\"hits\":1,\"of\":2}")
        .doesNotContain("resource", "significant", "upper\":1.0,\"hits");
  }

  @Test
  void file_fromBeforeCallersWereKept_isTheServers() throws IOException {
    store.write(succeeded("e1"));
    Path file = folder.resolve("evaluations/e1.json");
    Files.writeString(file, Files.readString(file).replace("\"caller\":\"key:ann\",", ""));
    assertThat(store.read("e1").orElseThrow().caller()).isEmpty();
  }

  @Test
  void file_thatIsDamagedOrElsewhere_isLeftOutAndHidesNoOther() throws IOException {
    store.write(succeeded("e1"));
    Path root = folder.resolve("evaluations");
    Files.writeString(root.resolve("e0.json"), "{\"id\":");
    Files.copy(root.resolve("e1.json"), root.resolve("e2.json"));
    Files.writeString(root.resolve("e3.json.draft"), "half");
    Files.writeString(root.resolve("e4.json"), "{}");
    assertThat(store.load()).extracting(Evaluation::id).containsExactly("e1");
    assertThat(store.read("../e1")).isEmpty();
  }

  @Test
  void evaluation_deleted_isGone() throws IOException {
    store.write(succeeded("e1"));
    store.delete("e1");
    store.delete("e1");
    assertThat(store.read("e1")).isEmpty();
    try (Stream<Path> files = Files.list(folder.resolve("evaluations"))) {
      assertThat(files).isEmpty();
    }
  }

  private static EvaluationSpec spec(@Nullable VersionId baseline) {
    return new EvaluationSpec(
        VERSION,
        baseline,
        "mnist",
        DatasetSplit.TEST,
        7,
        "serving_default",
        "x",
        "y",
        50,
        List.of(Disturbance.NOISE, Disturbance.FGSM),
        1000,
        -42,
        50);
  }

  private static Evaluation succeeded(String id) {
    VersionFigures figures =
        new VersionFigures(
            VERSION,
            "d",
            new Share(1, 2),
            0.1 + 0.2,
            List.of(new ClassFigures(0, 0.5, 0.25, 1.0 / 3, 9)),
            new ConfusionMatrix(2, List.of(2L, 0L, 1L, 5L)),
            new Calibration(0.125, 0.25, List.of(new Calibration.Bin(0, 1 / 15.0, 3, 0.05, 1))),
            List.of(new MisreadExample(1, 0, 1, 0.9, 0.1, ByteBuffer.wrap(new byte[] {1, -2}))),
            new Latency(1, 2, 3, 4, 5.5),
            6_000_000_000L,
            List.of(new SliceAccuracy("class", "0", new Share(1, 2))),
            List.of(
                new Robustness(
                    Disturbance.NOISE,
                    new Share(2, 2),
                    List.of(new Robustness.Point(0.1, new Share(1, 2))),
                    "")));
    return new Evaluation(
        id,
        spec(new VersionId(new ModelName("m"), 2)),
        "mine",
        "key:ann",
        EvaluationState.SUCCEEDED,
        null,
        "",
        new EvaluationProgress(5, 10, "half"),
        THEN,
        THEN.plusSeconds(1),
        THEN.plusSeconds(2),
        new EvaluationResults("digest", 2, 1, 2, figures, figures, new McNemar(1, 2, 3, 4)));
  }
}
