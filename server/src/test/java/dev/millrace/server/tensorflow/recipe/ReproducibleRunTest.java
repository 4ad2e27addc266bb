package dev.millrace.server.tensorflow.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.server.model.ModelName;
import dev.millrace.server.training.TrainedModel;
import dev.millrace.server.training.TrainingProgress;
import dev.millrace.server.training.TrainingSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The same job again: the tolerance that docs/versions.md states. */
@Timeout(120)
final class ReproducibleRunTest {
  private static final double LOSS_TOLERANCE = 0.01;
  private static final double ACCURACY_TOLERANCE = 0.01;

  @Test
  void train_theSameJobAgain_givesTheSameFiguresToTheStatedTolerance(@TempDir Path folder) {
    Run first = run(folder.resolve("first"), 42);
    Run again = run(folder.resolve("again"), 42);
    Run other = run(folder.resolve("other"), 43);

    assertThat(again.model.datasetDigest()).isEqualTo(first.model.datasetDigest());
    assertThat(again.model.metrics().keySet()).isEqualTo(first.model.metrics().keySet());
    double loss = first.metric("train_loss");
    assertThat(again.metric("train_loss")).isCloseTo(loss, within(LOSS_TOLERANCE * loss));
    assertThat(again.metric("test_accuracy"))
        .isCloseTo(first.metric("test_accuracy"), within(ACCURACY_TOLERANCE));
    assertThat(again.metric("validation_accuracy"))
        .isCloseTo(first.metric("validation_accuracy"), within(ACCURACY_TOLERANCE));
    // What differs by the seed differs by far more than the tolerance.
    assertThat(Math.abs(other.metric("train_loss") - loss)).isGreaterThan(LOSS_TOLERANCE * loss);
  }

  private record Run(TrainedModel model, List<TrainingProgress> reports) {
    double metric(String name) {
      return model.metrics().get(name);
    }
  }

  private static Run run(Path export, long seed) {
    List<TrainingProgress> reports = new ArrayList<>();
    TrainedModel model =
        new MnistCnn()
            .train(
                new TrainingSpec(
                    new ModelName("mnist"),
                    "mnist-cnn",
                    new TreeMap<>(Map.of("steps", "15", "batch_size", "50")),
                    seed,
                    "mnist"),
                MnistExamples.some(),
                RunOutputs.of(export, reports::add));
    return new Run(model, reports);
  }
}
