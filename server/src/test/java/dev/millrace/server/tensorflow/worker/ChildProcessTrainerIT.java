package dev.millrace.server.tensorflow.worker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.feedback.inputs.InputReferenceFile;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.tensorflow.worker.RecordingListener.End;
import dev.millrace.server.testing.TrainableModels;
import dev.millrace.server.training.JobRecord;
import dev.millrace.server.training.Trainer;
import dev.millrace.server.training.TrainingProgress;
import dev.millrace.server.training.TrainingSpec;
import dev.millrace.server.training.Workplace;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChildProcessTrainerIT {
  private static final WorkerCommand COMMAND = new WorkerCommand("64m");

  @TempDir Path root;
  private Path work;
  private ChildProcessTrainer trainer;
  private final RecordingListener listener = new RecordingListener();

  @BeforeEach
  void prepare() throws IOException {
    TinyDataset.write(root.resolve("datasets/tiny"));
    work = Files.createDirectories(root.resolve("job/work"));
    trainer =
        new ChildProcessTrainer(
            COMMAND,
            new ChildProcessTrainer.Limits(Duration.ofMillis(50), 0),
            root.resolve("datasets"),
            id -> Optional.empty(),
            task -> {
              Thread thread = new Thread(task);
              thread.setDaemon(true);
              return thread;
            });
  }

  @Test
  void run_thatGoesWell_reportsItsStepsAndItsModel() throws Exception {
    start("counting");

    End end = listener.end();
    assertThat(listener.nextReport())
        .isEqualTo(new TrainingProgress(1, 3, Double.NaN, 0.5, 0.25, 100, Duration.ofMillis(1500)));
    assertThat(listener.nextReport().step()).isEqualTo(2);
    assertThat(listener.nextReport().step()).isEqualTo(3);
    assertThat(end.trained().metrics()).containsEntry("examples", 11.0);
    assertThat(end.trained().datasetDigest()).hasSize(64);
    assertThat(end.export()).isEqualTo(work.resolve("model"));
    assertThat(work.resolve("model/saved_model.pb")).hasContent("trained");
    assertThat(listener.ends()).hasSize(1);
  }

  @Test
  void run_whoseProcessAborts_diesWithTheSignal() throws Exception {
    start("aborting");

    End end = listener.end();
    assertThat(end.reason()).isEqualTo(ErrorReason.WORKER_DIED);
    assertThat(end.message())
        .isEqualTo(
            "the training process was killed (signal 6), which is what a failed check inside"
                + " TensorFlow does; the job's log tells more");
  }

  @Test
  void run_whoseProcessEndsWithoutAWord_dies() throws Exception {
    start("silent");

    assertThat(listener.end().reason()).isEqualTo(ErrorReason.WORKER_DIED);
    assertThat(listener.end().message()).contains("exit code 0 and without a result");
  }

  @Test
  void run_whoseProcessIsKilled_diesWithTheSignal() throws Exception {
    start("stubborn");
    ProcessHandle.of(listener.nextReport().step()).orElseThrow().destroyForcibly();

    assertThat(listener.end().reason()).isEqualTo(ErrorReason.WORKER_DIED);
    assertThat(listener.end().message())
        .contains("killed (signal 9)")
        .doesNotContain(root.toString());
    assertThat(listener.ends()).hasSize(1);
  }

  @Test
  void cancel_ofARunThatIgnoresEverything_endsItSoon() throws Exception {
    Trainer.Run run = start("stubborn");
    ProcessHandle process = ProcessHandle.of(listener.nextReport().step()).orElseThrow();
    long begin = System.nanoTime();
    run.cancel();

    listener.end();
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(2));
    assertThat(process.isAlive()).isFalse();
    run.cancel();
    assertThat(listener.ends()).hasSize(1);
  }

  @Test
  void run_thatIsAskedToStop_keepsItsStateAndTheNextOneGoesOnFromThere() throws Exception {
    Trainer.Run run = start("keeping");
    listener.nextReport();
    run.stop();

    assertThat(listener.end().message()).isEqualTo("stopped");
    assertThat(listener.resumed()).isZero();
    long kept = listener.lastCheckpoint();
    assertThat(kept).isPositive();
    RecordingListener second = new RecordingListener();
    trainer.start(record(spec("keeping", "tiny")), place(2), second);
    assertThat(second.end().trained().metrics()).containsEntry("steps", 1000.0);
    assertThat(second.resumed()).isEqualTo(kept);
    assertThat(second.nextReport().step()).isEqualTo(kept + 1);
  }

  @Test
  void run_thatIsKilled_isGoneOnWithFromItsLastCheckpoint() throws Exception {
    Trainer.Run run = start("keeping");
    listener.nextCheckpoint();
    listener.nextCheckpoint();
    run.cancel();

    assertThat(listener.end().reason()).isEqualTo(ErrorReason.WORKER_DIED);
    long kept = listener.lastCheckpoint();
    RecordingListener second = new RecordingListener();
    trainer.start(record(spec("keeping", "tiny")), place(2), second);
    assertThat(second.end().trained().metrics()).containsEntry("steps", 1000.0);
    // It may have died between the rename and the word of it.
    assertThat(second.resumed()).isGreaterThanOrEqualTo(kept);
  }

  @Test
  void run_ofAModelThatBringsItsTraining_isGoneOnWithWhenItIsKilled() throws Exception {
    Path parent = root.resolve("parent");
    TrainableModels.softmax(parent);
    ChildProcessTrainer further =
        new ChildProcessTrainer(
            new WorkerCommand("256m"),
            new ChildProcessTrainer.Limits(Duration.ofMillis(50), 0),
            root.resolve("datasets"),
            id -> Optional.of(parent),
            Thread::new);
    TrainingSpec spec =
        new TrainingSpec(
            new ModelName("test"),
            "saved-model-train",
            new TreeMap<>(Map.of("steps", "6000", "batch_size", "10", "from_version", "1")),
            42,
            "mnist");
    Trainer.Run run = further.start(record(spec), place(1), listener);
    listener.nextCheckpoint();
    run.cancel();

    assertThat(listener.end().reason()).isEqualTo(ErrorReason.WORKER_DIED);
    long kept = listener.lastCheckpoint();
    RecordingListener second = new RecordingListener();
    further.start(record(spec), place(2), second);
    assertThat(second.end().trained().metrics().get("test_accuracy")).isGreaterThan(0.8);
    assertThat(second.end().trained().metrics().get("parent_test_accuracy")).isLessThan(0.3);
    assertThat(second.resumed()).isGreaterThanOrEqualTo(kept).isLessThan(6000);
    assertThat(second.nextReport().step()).isGreaterThan(kept);
    // What it was trained on is told beside it.
    assertThat(InputReferenceFile.read(work.resolve("model"))).isPresent();
  }

  @Test
  void run_whoseProcessTakesTooMuchMemoryInAll_failsAndSaysWhatToDo() throws Exception {
    ChildProcessTrainer tight =
        new ChildProcessTrainer(
            COMMAND,
            new ChildProcessTrainer.Limits(Duration.ofSeconds(30), 8 << 20),
            root.resolve("datasets"),
            id -> Optional.empty(),
            Thread::new);
    tight.start(record(spec("stubborn", "tiny")), place(1), listener);

    assertThat(listener.end().reason()).isEqualTo(ErrorReason.TRAINING_FAILED);
    assertThat(listener.end().message()).contains("8 MiB", "raise training-memory");
  }

  @Test
  void process_whoseParentIsGone_endsItself() throws Exception {
    ProcessBuilder builder = new ProcessBuilder(COMMAND.words());
    COMMAND.addTo(builder.environment());
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    Process process = builder.start();
    try (OutputStream orders = process.getOutputStream();
        BufferedReader reports =
            new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
      String order =
          WorkerMessage.json()
              .writeValueAsString(
                  new WorkerMessage.Order(
                      spec("stubborn", "tiny"),
                      root.resolve("datasets").toString(),
                      work.resolve("model").toString(),
                      work.resolve("tensorboard").toString(),
                      new WorkerMessage.Keeping(work.toString(), 1, 1000),
                      0));
      orders.write((order + "\n").getBytes(UTF_8));
      orders.flush();
      assertThat(reports.readLine()).contains("\"step\":" + process.pid());
      assertThat(process.isAlive()).isTrue();

      orders.close();

      assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void run_withADefect_failsWithoutItsTextAndLogsIt() throws Exception {
    start("throwing");

    assertThat(listener.end().reason()).isEqualTo(ErrorReason.TRAINING_FAILED);
    assertThat(listener.end().message()).isEqualTo("the run failed; the job's log tells why");
    assertThat(root.resolve("job/worker.log")).content().contains("a secret at /secret/path");
  }

  @Test
  void run_thatIsRefused_failsWithItsReasonAndWords() throws Exception {
    start("refusing");

    assertThat(listener.end().reason()).isEqualTo(ErrorReason.DATASET_INVALID);
    assertThat(listener.end().message()).isEqualTo("images of 28 × 28 are needed\n");
  }

  @Test
  void run_thatNeedsTooMuchMemory_failsAndSaysWhatToDo() throws Exception {
    start("hungry");

    assertThat(listener.end().reason()).isEqualTo(ErrorReason.TRAINING_FAILED);
    assertThat(listener.end().message())
        .contains("more memory than the 6")
        .contains("raise training-heap");
  }

  @Test
  void run_thatPrintsGarbage_isHeardThroughItAndFillsNoDisk() throws Exception {
    start("chatty");

    End end = listener.end();
    assertThat(end.trained().datasetDigest()).isNotEqualTo("forged");
    assertThat(listener.nextReport().step()).isEqualTo(1);
    assertThat(root.resolve("job/worker.log")).content().endsWith("the last words\n");
    assertThat(Files.size(root.resolve("job/worker.log"))).isLessThan(5 << 20);
    assertThat(Files.size(root.resolve("job/worker.log.1"))).isBetween(3L << 20, 5L << 20);
    try (Stream<Path> files = Files.list(root.resolve("job"))) {
      assertThat(files.filter(Files::isRegularFile)).hasSize(2);
    }
  }

  @Test
  void run_ofADatasetOrRecipeThatIsGone_failsWithTheReason() throws Exception {
    trainer.start(record(spec("counting", "gone")), place(1), listener);
    assertThat(listener.end().reason()).isEqualTo(ErrorReason.DATASET_NOT_FOUND);

    RecordingListener second = new RecordingListener();
    trainer.start(record(spec("gone", "tiny")), place(2), second);
    assertThat(second.end().reason()).isEqualTo(ErrorReason.RECIPE_NOT_FOUND);
  }

  private Trainer.Run start(String recipe) {
    return trainer.start(record(spec(recipe, "tiny")), place(1), listener);
  }

  private Workplace place(long token) {
    return new Workplace(work.resolve("model"), work, root.resolve("job"), token);
  }

  private static JobRecord record(TrainingSpec spec) {
    return new JobRecord("j1", spec, "", Instant.EPOCH);
  }

  private static TrainingSpec spec(String recipe, String dataset) {
    return new TrainingSpec(
        new ModelName("test"), recipe, new TreeMap<>(Map.of("steps", "3")), 42, dataset);
  }
}
