package dev.millrace.server.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.training.JobJournal.Entry;
import dev.millrace.server.training.JobRecord;
import dev.millrace.server.training.TrainingEvent;
import dev.millrace.server.training.TrainingEvent.Evaluated;
import dev.millrace.server.training.TrainingEvent.Progressed;
import dev.millrace.server.training.TrainingEvent.Published;
import dev.millrace.server.training.TrainingEvent.StateChanged;
import dev.millrace.server.training.TrainingJobState;
import dev.millrace.server.training.TrainingProgress;
import dev.millrace.server.training.TrainingSpec;
import dev.millrace.server.training.Workplace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileJobJournalTest {
  private static final Instant NOW = Instant.parse("2026-11-24T10:15:30.123456789Z");
  private static final JobRecord JOB = record("j20261124-101530-123-abcd", "naïve “id” \n 1");
  private static final List<TrainingEvent> EVENTS =
      List.of(
          new TrainingEvent(1, NOW, StateChanged.to(TrainingJobState.QUEUED)),
          new TrainingEvent(2, NOW, StateChanged.to(TrainingJobState.RUNNING)),
          new TrainingEvent(
              3,
              NOW,
              new Progressed(
                  new TrainingProgress(
                      1, 2, Double.NaN, 0.5, 0.25, 1e300, Duration.ofMillis(1500)))),
          new TrainingEvent(4, NOW, new Evaluated(new TreeMap<>(Map.of("test_accuracy", 0.99)))),
          new TrainingEvent(5, NOW, new Published(new VersionId(new ModelName("mnist"), 3))),
          new TrainingEvent(6, NOW, StateChanged.failed(ErrorReason.WORKER_DIED, "tué – 9")));

  @TempDir Path root;
  private FileJobJournal journal;

  @BeforeEach
  void open() throws IOException {
    journal = new FileJobJournal(root.resolve("jobs"));
  }

  @Test
  void load_afterARestart_givesBackEveryEventAsItWas() throws IOException {
    keep(JOB);

    assertThat(reopened().load()).containsExactly(new Entry(JOB, EVENTS));
    assertThat(reopened().events(JOB)).isEqualTo(EVENTS);
  }

  @Test
  void load_ofAnEmptyFolder_isEmpty() {
    assertThat(journal.load()).isEmpty();
  }

  @Test
  void load_afterACrashInMidLine_dropsItAndGoesOnAfterIt() throws IOException {
    keep(JOB);
    byte[] whole = Files.readAllBytes(events(JOB));
    int lastLine = new String(whole, UTF_8).trim().getBytes(UTF_8).length;
    for (int cut = beginOfLastLine(whole); cut <= lastLine; cut++) {
      Files.write(events(JOB), Arrays.copyOf(whole, cut));

      FileJobJournal again = reopened();
      assertThat(again.load()).containsExactly(new Entry(JOB, EVENTS.subList(0, 5)));
      again.append(JOB, EVENTS.get(5));
      assertThat(again.load()).containsExactly(new Entry(JOB, EVENTS));
    }
  }

  @Test
  void load_withATailOfZeros_dropsIt() throws IOException {
    keep(JOB);
    Files.write(events(JOB), new byte[4096], StandardOpenOption.APPEND);

    assertThat(reopened().load()).containsExactly(new Entry(JOB, EVENTS));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "{}",
        "[",
        "{\"id\":\"other\"}",
        "{\"id\":\"jbad\",\"createTime\":\"2026-11-24T10:15:30Z\",\"spec\":{}}",
        "{\"id\":\"jbad\",\"createTime\":\"yesterday\"}",
        "{\"id\":\"jbad\",\"createTime\":\"2026-11-24T10:15:30Z\",\"spec\":{\"model\":\"../x\",\"recipe\":\"r\",\"dataset\":\"d\"}}"
      })
  void load_withADamagedJobFile_leavesItOutAndHidesNoOther(String content) throws IOException {
    keep(JOB);
    Files.createDirectories(root.resolve("jobs/jbad"));
    Files.writeString(root.resolve("jobs/jbad/job.json"), content);

    assertThat(reopened().load()).containsExactly(new Entry(JOB, EVENTS));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "{",
        "{\"sequence\":7}",
        "{\"sequence\":7,\"time\":\"2026-11-24T10:15:30Z\"}",
        "\u0000\u0000"
      })
  void load_withADamagedLine_leavesTheJobOutAndHidesNoOther(String line) throws IOException {
    JobRecord other = record("j20261124-101530-124-efgh", "");
    keep(JOB);
    keep(other);
    Files.writeString(events(other), line + "\n", StandardOpenOption.APPEND);

    assertThat(reopened().load()).containsExactly(new Entry(JOB, EVENTS));
  }

  @Test
  void load_withAStrayFileAndAnUnfinishedCreate_ignoresBoth() throws IOException {
    keep(JOB);
    Files.writeString(root.resolve("jobs/readme.txt"), "hello");
    Files.createDirectories(root.resolve("jobs/jhalf"));
    Files.writeString(root.resolve("jobs/jhalf/job.json.draft"), "{\"id\":");

    assertThat(reopened().load()).containsExactly(new Entry(JOB, EVENTS));
  }

  @Test
  void load_withFieldsOfANewerVersion_ignoresThem() throws IOException {
    keep(JOB);
    Path job = root.resolve("jobs/" + JOB.id() + "/job.json");
    Files.writeString(job, Files.readString(job).replaceFirst("\\{", "{\"priority\":3,"));
    Files.writeString(
        events(JOB),
        Files.readString(events(JOB)).replace("{\"sequence\"", "{\"by\":\"x\",\"sequence\""));

    assertThat(reopened().load()).containsExactly(new Entry(JOB, EVENTS));
  }

  @Test
  void load_withAReasonOfANewerVersion_keepsTheJob() throws IOException {
    keep(JOB);
    Files.writeString(
        events(JOB), Files.readString(events(JOB)).replace("WORKER_DIED", "MOON_IN_THE_WAY"));

    assertThat(reopened().load().get(0).events().get(5).what())
        .isEqualTo(new StateChanged(TrainingJobState.FAILED, Optional.empty(), "tué – 9"));
  }

  @Test
  void load_withCheckpointsAndResumptions_givesThemBack() throws IOException {
    journal.create(JOB);
    List<TrainingEvent> events =
        List.of(
            new TrainingEvent(1, NOW, StateChanged.again(ErrorReason.DRAINING, "later")),
            new TrainingEvent(2, NOW, new TrainingEvent.Checkpointed(1L << 40)),
            new TrainingEvent(3, NOW, new TrainingEvent.Resumed(150, 2, 3)),
            new TrainingEvent(4, NOW, new TrainingEvent.Checkpointed(0)));
    events.forEach(event -> journal.append(JOB, event));

    assertThat(reopened().load()).containsExactly(new Entry(JOB, events));
  }

  @Test
  void workplace_ofAFurtherTry_keepsCheckpointsAndDropsWhatWasToBeExported() throws IOException {
    keep(JOB);
    Workplace first = journal.workplace(JOB, 1);
    Files.createDirectories(first.export().resolve("variables"));
    Files.writeString(first.export().resolve("variables/half"), "written");
    Files.writeString(first.checkpoints().resolve("state"), "kept");
    assertThat(first.export()).isAbsolute();

    Workplace second = journal.workplace(JOB, 2);
    assertThat(first.export()).doesNotExist();
    assertThat(second.export()).doesNotExist();
    assertThat(second.export()).isNotEqualTo(first.export());
    assertThat(second.export().getParent()).isEmptyDirectory();
    assertThat(second.checkpoints().resolve("state")).hasContent("kept");
    journal.clear(JOB);
    journal.clear(JOB);

    assertThat(second.checkpoints().getParent()).doesNotExist();
    assertThat(reopened().load()).containsExactly(new Entry(JOB, EVENTS));
  }

  @Test
  void remove_ofAJob_leavesNothingOfItAlsoAfterACrashInBetween() throws IOException {
    keep(JOB);
    Files.createDirectories(root.resolve("jobs/.removed-j1/work"));
    journal.remove(JOB);
    journal.remove(JOB);

    assertThat(reopened().load()).isEmpty();
    assertThat(root.resolve("jobs")).isEmptyDirectory();
  }

  @Test
  void append_toAFolderThatIsGone_throws() throws IOException {
    journal.create(JOB);
    Files.delete(root.resolve("jobs/" + JOB.id() + "/job.json"));
    Files.delete(root.resolve("jobs/" + JOB.id()));

    assertThatThrownBy(() -> journal.append(JOB, EVENTS.get(0)))
        .isInstanceOf(UncheckedIOException.class);
  }

  private void keep(JobRecord record) {
    journal.create(record);
    EVENTS.forEach(event -> journal.append(record, event));
  }

  private FileJobJournal reopened() throws IOException {
    return new FileJobJournal(root.resolve("jobs"));
  }

  private Path events(JobRecord record) {
    return root.resolve("jobs/" + record.id() + "/events.jsonl");
  }

  private static int beginOfLastLine(byte[] whole) {
    for (int i = whole.length - 2; i >= 0; i--) {
      if (whole[i] == '\n') {
        return i + 1;
      }
    }
    return 0;
  }

  private static JobRecord record(String id, String requestId) {
    return new JobRecord(
        id,
        new TrainingSpec(
            new ModelName("mnist"),
            "mnist-cnn",
            new TreeMap<>(Map.of("steps", "100")),
            Long.MIN_VALUE,
            "mnist"),
        requestId,
        NOW,
        "somebody");
  }
}
