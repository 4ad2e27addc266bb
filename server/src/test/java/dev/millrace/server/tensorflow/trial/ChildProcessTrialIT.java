package dev.millrace.server.tensorflow.trial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.server.catalog.ServableSource;
import dev.millrace.server.catalog.WarmUpRequest;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ModelSettings;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.tensor.Shape;
import dev.millrace.server.tensor.TensorData;
import dev.millrace.server.tensorflow.record.AnsweredRequest;
import dev.millrace.server.tensorflow.record.PredictionLogs;
import dev.millrace.server.tensorflow.record.TfRecordWriter;
import dev.millrace.server.testing.Floats;
import dev.millrace.server.testing.HostileModels;
import dev.millrace.server.testing.SmallModels;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real trials in real processes. */
@Timeout(120)
final class ChildProcessTrialIT {
  @TempDir private Path folder;
  private Path model;
  private ChildProcessTrial trial;

  @BeforeEach
  void open() throws IOException {
    model = folder.resolve("model");
    trial = trial(Duration.ofSeconds(60));
  }

  @AfterEach
  void nothingStays() throws IOException {
    trial.close();
    Path trials = folder.resolve("trials");
    if (Files.exists(trials)) {
      try (Stream<Path> left = Files.list(trials)) {
        assertThat(left).isEmpty();
      }
    }
    assertThat(ProcessHandle.current().descendants().filter(this::isTrial)).isEmpty();
  }

  @Test
  void check_goodModel_isAcceptedForGood() throws IOException {
    SmallModels.doubling(model);
    assertThat(check()).isTrue();
  }

  @Test
  void check_modelThatAbortsTensorFlow_isRefusedAndThisProcessLives() throws IOException {
    HostileModels.aborting(model);
    assertFails(
        ErrorReason.TRIAL_FAILED,
        "m version 1: the process that tried it ended: TensorFlow aborted");
  }

  @Test
  void check_modelThatHangs_isKilledAfterItsTime() throws IOException {
    HostileModels.hanging(model);
    trial = trial(Duration.ofSeconds(8));
    assertFails(ErrorReason.TRIAL_FAILED, "m version 1: its trial was not done after 8 s");
  }

  @Test
  void check_modelThatCannotBeLoaded_passesItsReasonOn() throws IOException {
    HostileModels.truncated(model);
    assertFails(ErrorReason.LOAD_FAILED, "m version 1 is no SavedModel that can be served");
  }

  @Test
  void check_goldenRequestsAnsweredAsPromised_areAccepted() throws IOException {
    SmallModels.doubling(model);
    golden(Floats.of(Shape.of(1, 2), 1, 2), Floats.of(Shape.of(1, 2), 2, 4.001f));
    assertThat(check()).isTrue();
  }

  @Test
  void check_goldenRequestAnsweredOtherwise_isRefusedWithThePlace() throws IOException {
    SmallModels.doubling(model);
    golden(Floats.of(Shape.of(1, 2), 1, 2), Floats.of(Shape.of(1, 2), 2, 4.1f));
    assertFails(
        ErrorReason.TRIAL_FAILED,
        "m version 1: golden request 1, output 'y': value 1 is 4.0 and not 4.09");
  }

  @Test
  void check_afterClose_failsAtOnce() throws IOException {
    SmallModels.doubling(model);
    trial.close();
    assertFails(ErrorReason.DRAINING, "the server stopped during its trial");
  }

  @Test
  void reduce_environment_keepsNothingThatCouldBeASecret() {
    Map<String, String> environment =
        new HashMap<>(
            Map.of(
                "AWS_SECRET_ACCESS_KEY", "s",
                "TF_VAR_password", "s",
                "HOME", "/root",
                "LANG", "C.UTF-8",
                "TF_CPP_MIN_LOG_LEVEL", "3"));
    new TrialCommand("1g").reduce(environment);
    assertThat(environment)
        .containsOnlyKeys("LANG", "TF_CPP_MIN_LOG_LEVEL", "TF_ENABLE_ONEDNN_OPTS")
        .containsEntry("TF_CPP_MIN_LOG_LEVEL", "3");
  }

  private ChildProcessTrial trial(Duration longest) throws IOException {
    return new ChildProcessTrial(
        new TrialCommand("512m"), folder.resolve("trials"), longest, Thread::new, () -> "token");
  }

  private boolean isTrial(ProcessHandle process) {
    return process.info().commandLine().orElse("").contains(TrialWorker.class.getName());
  }

  private void golden(TensorData x, TensorData y) throws IOException {
    Files.createDirectories(model.resolve("assets.extra"));
    try (OutputStream out = Files.newOutputStream(GoldenFile.in(model))) {
      new TfRecordWriter(out)
          .write(
              PredictionLogs.write(
                  new AnsweredRequest(
                      new WarmUpRequest("serving_default", Map.of("x", x), List.of()),
                      Map.of("y", y))));
    }
  }

  private boolean check() {
    return trial.check(
        new ServableSource(new VersionId(new ModelName("m"), 1), model, "", ModelSettings.DEFAULT));
  }

  private void assertFails(ErrorReason reason, String words) {
    assertThatThrownBy(this::check)
        .isInstanceOfSatisfying(
            ServingException.class,
            error -> {
              assertThat(error.message()).contains(words);
              assertThat(error.reason()).isEqualTo(reason);
            });
  }
}
