package dev.millrace.server.tensorflow.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.server.dataset.Dataset;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.tensorflow.board.EventLog;
import dev.millrace.server.training.TrainedModel;
import dev.millrace.server.training.TrainingProgress;
import dev.millrace.server.training.TrainingSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that is broken off and gone on with does what it would have done. */
class MnistCnnResumeTest {
  private final MnistCnn recipe = new MnistCnn(System::nanoTime);
  private final Dataset dataset = MnistExamples.some();

  @TempDir Path folder;

  @Test
  void train_brokenOffWithAllTheOptions_goesOnAsTheUnbrokenRun() {
    Map<String, String> parameters =
        Map.of(
            "steps", "300",
            "batch_size", "8",
            "rotation", "10",
            "weight_averaging", "0.99",
            "patience", "3");
    List<TrainingProgress> unbroken = new ArrayList<>();
    TrainedModel whole = train(parameters, unbroken, Checkpoints.NONE, "whole");

    Broken first = new Broken(130);
    List<TrainingProgress> reports = new ArrayList<>();
    assertThatThrownBy(() -> train(parameters, reports, first, "first"))
        .isInstanceOf(RunStopped.class);
    Broken second = new Broken(Long.MAX_VALUE);
    TrainedModel resumed = train(parameters, reports, second, "second");

    assertThat(second.restored).isEqualTo(130);
    assertThat(reports).extracting(TrainingProgress::step).containsExactly(100L, 200L, 300L);
    assertThat(reports.get(2).loss()).isCloseTo(unbroken.get(2).loss(), within(1e-3));
    assertThat(resumed.metrics().keySet()).isEqualTo(whole.metrics().keySet());
    assertThat(resumed.metrics().get("best_step")).isEqualTo(whole.metrics().get("best_step"));
    assertThat(resumed.metrics().get("test_accuracy"))
        .isCloseTo(whole.metrics().get("test_accuracy"), within(0.01));
  }

  @Test
  void train_brokenOffAfterItsLastStep_stillHasAllItsFigures() {
    Map<String, String> parameters = Map.of("steps", "100", "batch_size", "4");
    Broken first = new Broken(100);
    List<TrainingProgress> reports = new ArrayList<>();
    assertThatThrownBy(() -> train(parameters, reports, first, "first"))
        .isInstanceOf(RunStopped.class);
    TrainedModel resumed = train(parameters, reports, new Broken(Long.MAX_VALUE), "second");

    assertThat(reports).hasSize(1);
    assertThat(resumed.metrics())
        .containsEntry("train_loss", reports.get(0).loss())
        .containsEntry("validation_accuracy", reports.get(0).validationAccuracy())
        .containsKeys("train_seconds", "images_per_second", "test_accuracy");
  }

  @Test
  void train_withACheckpointOfAnotherGraph_beginsAnew() throws IOException {
    Path state = Files.createDirectories(folder.resolve("state"));
    Files.writeString(state.resolve("figures.json"), "{\"train_loss\":1}");
    Files.writeString(state.resolve("variables"), "no variables");
    List<TrainingProgress> reports = new ArrayList<>();
    Broken keeper = new Broken(Long.MAX_VALUE);
    TrainedModel trained = train(Map.of("steps", "10", "batch_size", "4"), reports, keeper, "anew");

    assertThat(keeper.restored).isZero();
    assertThat(reports).extracting(TrainingProgress::step).containsExactly(10L);
    assertThat(trained.metrics().get("train_loss")).isEqualTo(reports.get(0).loss());
  }

  private TrainedModel train(
      Map<String, String> parameters,
      List<TrainingProgress> reports,
      Checkpoints checkpoints,
      String name) {
    TrainingSpec spec =
        new TrainingSpec(
            new ModelName("mnist"), "mnist-cnn", new TreeMap<>(parameters), 42, "mnist");
    return recipe.train(
        spec,
        dataset,
        new RunOutputs(folder.resolve(name), reports::add, EventLog.NONE, checkpoints));
  }

  /** Keeps the state after one step, and breaks off there. */
  private final class Broken implements Checkpoints {
    private final long at;
    private long restored;

    Broken(long at) {
      this.at = at;
    }

    @Override
    public boolean restore(StateReader reader) {
      Path state = folder.resolve("state");
      if (!Files.exists(state)) {
        return false;
      }
      try {
        restored = reader.read(state);
        return true;
      } catch (IOException | RuntimeException damaged) {
        return false;
      }
    }

    @Override
    public void afterStep(long step, StateWriter writer) {
      if (step < at) {
        return;
      }
      try {
        writer.write(Files.createDirectories(folder.resolve("state")));
      } catch (IOException unwritable) {
        throw new UncheckedIOException(unwritable);
      }
      throw new RunStopped(step);
    }
  }
}
