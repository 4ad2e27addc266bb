package dev.millrace.server.tensorflow.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.server.dataset.LabelledDataset;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.tensorflow.board.EventLog;
import dev.millrace.server.testing.Reviews;
import dev.millrace.server.testing.TrainableModels;
import dev.millrace.server.testing.TrainedDigits;
import dev.millrace.server.training.TrainedModel;
import dev.millrace.server.training.TrainingProgress;
import dev.millrace.server.training.TrainingSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SavedModelTrainTest {
  @TempDir Path folder;

  @Test
  void train_modelOfPythons_learnsAndGoesOnWhereItWas() {
    Path untrained = folder.resolve("untrained");
    TrainableModels.softmax(untrained);
    List<TrainingProgress> reports = new ArrayList<>();

    TrainedModel first = train(untrained, "first", 200, 100, reports);

    assertThat(first.metrics().get("parent_test_accuracy")).isLessThan(0.3);
    assertThat(first.metrics().get("test_accuracy")).isGreaterThan(0.8);
    assertThat(first.metrics().get("best_step")).isBetween(100.0, 200.0);
    assertThat(reports).extracting(TrainingProgress::step).containsExactly(100L, 200L);
    assertThat(folder.resolve("first/saved_model.pb"))
        .hasSameBinaryContentAs(untrained.resolve("saved_model.pb"));

    TrainedModel second = train(folder.resolve("first"), "second", 1, 100, reports);

    assertThat(second.metrics().get("parent_test_accuracy"))
        .isEqualTo(first.metrics().get("test_accuracy"));
    assertThat(second.metrics().get("test_accuracy"))
        .isCloseTo(first.metrics().get("test_accuracy"), within(0.1));
  }

  @Test
  void train_brokenOff_goesOnAsTheUnbrokenRun() throws IOException {
    Path untrained = folder.resolve("untrained");
    TrainableModels.softmax(untrained);
    List<TrainingProgress> unbroken = new ArrayList<>();
    TrainedModel whole = train(untrained, "whole", 250, 20, unbroken);

    Path kept = Files.createDirectories(folder.resolve("kept"));
    List<TrainingProgress> reports = new ArrayList<>();
    assertThatExceptionOfType(RunStopped.class)
        .isThrownBy(() -> train(untrained, "first", reports, new OneCheckpoint(kept, 130)));
    TrainedModel resumed = train(untrained, "second", reports, new OneCheckpoint(kept, -1));

    assertThat(reports).extracting(TrainingProgress::step).containsExactly(100L, 200L, 250L);
    assertThat(reports.get(2).loss()).isCloseTo(unbroken.get(2).loss(), within(1e-4));
    assertThat(resumed.metrics().keySet()).isEqualTo(whole.metrics().keySet());
    for (String figure : List.of("parent_test_accuracy", "best_step", "test_accuracy")) {
      assertThat(resumed.metrics().get(figure))
          .as(figure)
          .isCloseTo(whole.metrics().get(figure), within(1e-3));
    }
  }

  @Test
  void train_withADamagedCheckpoint_beginsAnew() throws IOException {
    Path untrained = folder.resolve("untrained");
    TrainableModels.softmax(untrained);
    List<TrainingProgress> unbroken = new ArrayList<>();
    train(untrained, "whole", 250, 20, unbroken);

    Path kept = Files.createDirectories(folder.resolve("kept"));
    List<TrainingProgress> reports = new ArrayList<>();
    assertThatExceptionOfType(RunStopped.class)
        .isThrownBy(() -> train(untrained, "first", reports, new OneCheckpoint(kept, 130)));
    // The variables are whole, so that the run has left its beginning when this is found.
    try (Stream<Path> files = Files.list(kept)) {
      for (Path file : files.toList()) {
        if (file.getFileName().toString().startsWith("own")) {
          Files.writeString(file, "damaged");
        }
      }
    }
    reports.clear();
    train(untrained, "second", reports, new OneCheckpoint(kept, -1));
    assertThat(reports).extracting(TrainingProgress::step).containsExactly(100L, 200L, 250L);
    assertThat(reports.get(0).loss()).isCloseTo(unbroken.get(0).loss(), within(1e-4));
  }

  private TrainedModel train(
      Path parent, String name, List<TrainingProgress> reports, Checkpoints checkpoints) {
    return new SavedModelTrain()
        .train(
            inputs(parent, MnistExamples.some(), 250, 20),
            new RunOutputs(folder.resolve(name), reports::add, EventLog.NONE, checkpoints));
  }

  @Test
  void train_modelWithoutSuchSignatures_isRefused() {
    Path parent = folder.resolve("parent");
    TrainedDigits.export(parent, 1);

    assertThat(refusal(parent, MnistExamples.some()).message())
        .contains("it has no signature 'train'");
  }

  @Test
  void train_examplesOfAnotherForm_areRefusedBeforeTheyReachTensorFlow() {
    Path parent = folder.resolve("parent");
    TrainableModels.softmax(parent);

    assertThat(refusal(parent, Reviews.in(folder)).message())
        .contains("input 'x' of signature 'train' is FLOAT32 [?, 28, 28]")
        .contains("the dataset gives STRING [?]");
  }

  private TrainedModel train(
      Path parent, String name, int steps, int batchSize, List<TrainingProgress> reports) {
    return new SavedModelTrain()
        .train(
            inputs(parent, MnistExamples.some(), steps, batchSize),
            RunOutputs.of(folder.resolve(name), reports::add));
  }

  private ServingException refusal(Path parent, LabelledDataset dataset) {
    List<ServingException> refused = new ArrayList<>();
    assertThatExceptionOfType(ServingException.class)
        .isThrownBy(
            () ->
                new SavedModelTrain()
                    .train(
                        inputs(parent, dataset, 1, 10),
                        RunOutputs.of(folder.resolve("refused"), report -> {})))
        .satisfies(refused::add);
    assertThat(refused.get(0).reason()).isEqualTo(ErrorReason.PARENT_UNFIT);
    return refused.get(0);
  }

  private static RunInputs inputs(Path parent, LabelledDataset dataset, int steps, int batchSize) {
    return new RunInputs(
        new TrainingSpec(
            new ModelName("mnist"),
            "saved-model-train",
            new TreeMap<>(
                Map.of(
                    "steps", Integer.toString(steps),
                    "batch_size", Integer.toString(batchSize),
                    "from_version", "1")),
            42,
            dataset.name()),
        dataset,
        Optional.of(parent));
  }
}
