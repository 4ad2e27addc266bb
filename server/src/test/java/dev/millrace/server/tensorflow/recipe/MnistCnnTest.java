package dev.millrace.server.tensorflow.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.millrace.server.dataset.Dataset;
import dev.millrace.server.dataset.LabelledImages;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.training.TrainedModel;
import dev.millrace.server.training.TrainingProgress;
import dev.millrace.server.training.TrainingSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MnistCnnTest {
  private final MnistCnn recipe = new MnistCnn(System::nanoTime);
  private final List<TrainingProgress> reports = new ArrayList<>();

  @TempDir Path folder;

  @Test
  void train_fewSteps_reportsEveryHundredAndTheLast() {
    Dataset dataset = MnistExamples.some();

    TrainedModel trained = train(dataset, Map.of("steps", "205", "batch_size", "8"));

    assertThat(reports).extracting(TrainingProgress::step).containsExactly(100L, 200L, 205L);
    assertThat(reports).allSatisfy(report -> assertThat(report.totalSteps()).isEqualTo(205));
    assertThat(reports)
        .allSatisfy(report -> assertThat(report.examplesPerSecond()).isGreaterThan(1));
    TrainingProgress last = reports.get(2);
    assertThat(last.timeLeft()).isEqualTo(Duration.ZERO);
    assertThat(reports.get(0).timeLeft()).isPositive();
    assertThat(reports.get(1).loss()).isLessThan(reports.get(0).loss());
    assertThat(last.validationAccuracy()).isGreaterThan(0.8);

    assertThat(trained.datasetDigest()).isEqualTo(dataset.digest());
    assertThat(trained.metrics())
        .containsOnlyKeys(
            "test_accuracy",
            "validation_accuracy",
            "train_loss",
            "images_per_second",
            "train_seconds")
        .containsEntry("validation_accuracy", last.validationAccuracy())
        .containsEntry("train_loss", last.loss());
    assertThat(trained.metrics().get("test_accuracy")).isBetween(0.8, 1.0);
    assertThat(folder.resolve("model/saved_model.pb")).isRegularFile();
  }

  @Test
  void train_withPatience_endsEarlyAndExportsTheBestStep() {
    Dataset dataset = MnistExamples.some();

    // Weights that do not move any more give no better accuracy.
    TrainedModel trained =
        train(
            dataset,
            Map.of("steps", "1000", "batch_size", "2", "learning_rate", "1e-30", "patience", "2"));

    assertThat(reports).extracting(TrainingProgress::step).containsExactly(100L, 200L, 300L);
    assertThat(trained.metrics())
        .containsEntry("best_step", 100.0)
        .containsEntry("validation_accuracy", reports.get(0).validationAccuracy());
  }

  @Test
  void description_defaults_areThoseOfTheApi() {
    assertThat(recipe.description().name()).isEqualTo("mnist-cnn");
    assertThat(recipe.description().defaultModel()).isEqualTo(new ModelName("mnist"));
    assertThat(recipe.description().defaultDataset()).isEqualTo("mnist");
    assertThat(recipe.description().resolve(Map.of()))
        .containsEntry("steps", "1000")
        .containsEntry("batch_size", "100")
        .containsEntry("learning_rate", "0.001")
        .containsEntry("dropout", "0.4")
        .containsEntry("convolutions", "1")
        .containsEntry("padding", "1")
        .containsEntry("epochs", "0")
        .containsEntry("rotation", "0")
        .containsEntry("from_version", "0")
        .hasSize(16);
  }

  @ParameterizedTest
  @CsvSource({
    "steps, 0",
    "steps, 1000001",
    "steps, 1.5",
    "steps, many",
    "batch_size, 0",
    "batch_size, 10001",
    "learning_rate, 0",
    "learning_rate, 1.01",
    "learning_rate, NaN",
    "dropout, -0.1",
    "dropout, 1",
    "momentum, 1"
  })
  void description_valueOutOfRange_isRefused(String name, String value) {
    assertThatExceptionOfType(ServingException.class)
        .isThrownBy(() -> recipe.description().resolve(Map.of(name, value)))
        .withMessageContaining(name)
        .satisfies(
            refused -> assertThat(refused.reason()).isEqualTo(ErrorReason.PARAMETER_INVALID));
  }

  @Test
  void train_labelOutOfRange_isRefused() {
    byte[] labels = {0, 9, 10, 1};
    LabelledImages images = LabelledImages.of(new byte[4 * 784], labels, 28, 28);

    assertMisfit(images, "labels from 0 to 9, there is a 10");
  }

  @Test
  void train_imagesOfAnotherSize_areRefused() {
    assertMisfit(LabelledImages.of(new byte[4 * 32 * 30], new byte[4], 32, 30), "32x30");
  }

  @Test
  void train_intoAFolderThatExists_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                recipe.train(
                    spec(Map.of()), MnistExamples.some(), RunOutputs.of(folder, reports::add)));
    assertThat(folder).isEmptyDirectory();
  }

  private void assertMisfit(LabelledImages images, String told) {
    Dataset dataset = new Dataset("odd", "", images, images, images);

    assertThatExceptionOfType(ServingException.class)
        .isThrownBy(() -> train(dataset, Map.of()))
        .withMessageContaining("odd")
        .withMessageContaining(told)
        .satisfies(refused -> assertThat(refused.reason()).isEqualTo(ErrorReason.DATASET_INVALID));
    assertThat(folder.resolve("model")).doesNotExist();
  }

  private TrainedModel train(Dataset dataset, Map<String, String> parameters) {
    return recipe.train(
        spec(parameters), dataset, RunOutputs.of(folder.resolve("model"), reports::add));
  }

  private TrainingSpec spec(Map<String, String> parameters) {
    return new TrainingSpec(
        new ModelName("mnist"),
        "mnist-cnn",
        recipe.description().resolve(parameters),
        TrainingSpec.DEFAULT_SEED,
        "mnist");
  }
}
