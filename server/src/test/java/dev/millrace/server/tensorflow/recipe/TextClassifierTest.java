package dev.millrace.server.tensorflow.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.server.dataset.TextDataset;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.tensorflow.board.EventLog;
import dev.millrace.server.testing.Reviews;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TString;

class TextClassifierTest {
  @TempDir Path folder;

  @Test
  void train_realReviews_readsUnseenOnesAndServesStrings() {
    TextDataset reviews = Reviews.in(folder);
    List<TrainingProgress> reports = new ArrayList<>();

    Path model = folder.resolve("model");
    TrainedModel trained =
        new TextClassifier().train(spec(Map.of()), reviews, RunOutputs.of(model, reports::add));

    assertThat(trained.metrics().get("test_accuracy")).isGreaterThan(0.76);
    assertThat(trained.datasetDigest()).isEqualTo(reviews.digest());
    assertThat(reports.get(reports.size() - 1).step())
        .isEqualTo(reports.get(reports.size() - 1).totalSteps());
    try (SavedModelBundle loaded = SavedModelBundle.load(model.toString(), "serve")) {
      Answers answers =
          ask(
              loaded,
              "This is the BEST phone I have ever had, I love it!",
              "Terrible food, and the service was awful.",
              "",
              "\uD83D\uDE00 ... ???",
              "ΚΑΛΌ\n\ttelephone");
      assertThat(answers.labels().subList(0, 2)).containsExactly("positive", "negative");
      for (float probability : answers.probabilities()) {
        assertThat(probability).isBetween(0f, 1f);
      }
      assertThat(
              ask(loaded, "this is the best phone i have ever had , i love it !")
                  .probabilities()[0])
          .isCloseTo(answers.probabilities()[0], within(1e-5f));
    }
  }

  @Test
  void train_sameSeed_givesTheSameModel() {
    TextDataset reviews = Reviews.in(folder);
    Map<String, String> brief = Map.of("epochs", "1", "buckets", "1024");

    TrainedModel one =
        new TextClassifier()
            .train(spec(brief), reviews, RunOutputs.of(folder.resolve("1"), report -> {}));
    TrainedModel two =
        new TextClassifier()
            .train(spec(brief), reviews, RunOutputs.of(folder.resolve("2"), report -> {}));

    assertThat(two.metrics().get("test_accuracy")).isEqualTo(one.metrics().get("test_accuracy"));
    assertThat(two.metrics().get("train_loss")).isEqualTo(one.metrics().get("train_loss"));
  }

  @Test
  void train_fromAnEarlierVersion_beginsWithItsWeights() {
    TextDataset reviews = Reviews.in(folder);
    Path parent = folder.resolve("parent");
    Map<String, String> brief = Map.of("epochs", "6", "buckets", "4096");
    TrainedModel first =
        new TextClassifier().train(spec(brief), reviews, RunOutputs.of(parent, report -> {}));

    TrainedModel next =
        new TextClassifier()
            .train(
                new RunInputs(
                    spec(Map.of("epochs", "1", "buckets", "4096", "learning_rate", "0.00001")),
                    reviews,
                    Optional.of(parent)),
                RunOutputs.of(folder.resolve("next"), report -> {}));

    assertThat(next.metrics().get("test_accuracy"))
        .isGreaterThan(0.7)
        .isCloseTo(first.metrics().get("test_accuracy"), within(0.03));
    assertThat(next.metrics().get("train_loss")).isLessThan(0.6);
  }

  @Test
  void train_stoppedAndGoneOnWith_givesTheSameModel() throws IOException {
    TextDataset reviews = Reviews.in(folder);
    Map<String, String> brief = Map.of("epochs", "4", "buckets", "1024");
    TrainedModel whole =
        new TextClassifier()
            .train(spec(brief), reviews, RunOutputs.of(folder.resolve("1"), report -> {}));
    Path kept = Files.createDirectories(folder.resolve("kept"));

    assertThatExceptionOfType(RunStopped.class)
        .isThrownBy(
            () ->
                new TextClassifier()
                    .train(
                        spec(brief),
                        reviews,
                        new RunOutputs(
                            folder.resolve("2"),
                            report -> {},
                            EventLog.NONE,
                            new OneCheckpoint(kept, 150))));
    TrainedModel rest =
        new TextClassifier()
            .train(
                spec(brief),
                reviews,
                new RunOutputs(
                    folder.resolve("2"), report -> {}, EventLog.NONE, new OneCheckpoint(kept, -1)));

    for (String figure : List.of("test_accuracy", "validation_accuracy", "best_step")) {
      assertThat(rest.metrics().get(figure)).as(figure).isEqualTo(whole.metrics().get(figure));
    }
  }

  @Test
  void train_fromAVersionOfOtherSize_isRefused() {
    TextDataset reviews = Reviews.in(folder);
    Path parent = folder.resolve("parent");
    new TextClassifier()
        .train(
            spec(Map.of("epochs", "1", "buckets", "64")),
            reviews,
            RunOutputs.of(parent, report -> {}));

    Path next = folder.resolve("next");
    assertThatExceptionOfType(ServingException.class)
        .isThrownBy(
            () ->
                new TextClassifier()
                    .train(
                        new RunInputs(
                            spec(Map.of("epochs", "1", "buckets", "128")),
                            reviews,
                            Optional.of(parent)),
                        RunOutputs.of(next, report -> {})))
        .satisfies(refused -> assertThat(refused.reason()).isEqualTo(ErrorReason.PARENT_UNFIT));
    assertThat(next).doesNotExist();
  }

  @Test
  void train_images_areRefused() {
    assertThatExceptionOfType(ServingException.class)
        .isThrownBy(
            () ->
                new TextClassifier()
                    .train(
                        spec(Map.of()),
                        MnistExamples.some(),
                        RunOutputs.of(folder.resolve("model"), report -> {})))
        .satisfies(refused -> assertThat(refused.reason()).isEqualTo(ErrorReason.DATASET_INVALID));
  }

  private static TrainingSpec spec(Map<String, String> parameters) {
    return new TrainingSpec(
        new ModelName("text"), "text-classifier", new TreeMap<>(parameters), 42, "reviews");
  }

  private record Answers(List<String> labels, float[] probabilities) {}

  private static Answers ask(SavedModelBundle loaded, String... texts) {
    try (TString input = TString.tensorOf(Shape.of(texts.length), DataBuffers.ofObjects(texts));
        Result result = loaded.function("serving_default").call(Map.of("text", input))) {
      TString labels = (TString) result.get("label").orElseThrow();
      TFloat32 probabilities = (TFloat32) result.get("probabilities").orElseThrow();
      List<String> names = new ArrayList<>();
      labels.scalars().forEach(label -> names.add(label.getObject()));
      float[] values = new float[(int) probabilities.size()];
      probabilities.asRawTensor().data().asFloats().read(values);
      return new Answers(names, values);
    }
  }
}
