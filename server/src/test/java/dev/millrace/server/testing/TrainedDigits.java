package dev.millrace.server.testing;

import dev.millrace.server.dataset.Dataset;
import dev.millrace.server.dataset.Datasets;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.tensorflow.recipe.MnistCnn;
import dev.millrace.server.tensorflow.recipe.RunOutputs;
import dev.millrace.server.training.TrainingSpec;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;

/** Versions that are really trained, on a few of the real digits and in a few seconds. */
public final class TrainedDigits {
  private static final int BATCH = 50;

  private TrainedDigits() {}

  /**
   * Trains the shipped recipe and exports it: some 20 steps make a poor reader, 100 a fair one.
   *
   * @param directory must not exist
   */
  public static void export(Path directory, int steps) {
    Dataset mnist = new Datasets(Path.of("none")).load("mnist");
    Dataset few =
        new Dataset(
            mnist.name(),
            mnist.digest(),
            mnist.train().slice(0, 10_000),
            mnist.validation().slice(0, 100),
            mnist.test().slice(0, 100));
    SortedMap<String, String> parameters = new TreeMap<>();
    parameters.put("steps", Integer.toString(steps));
    parameters.put("batch_size", Integer.toString(BATCH));
    new MnistCnn()
        .train(
            new TrainingSpec(new ModelName("mnist"), "mnist-cnn", parameters, 42, "mnist"),
            few,
            RunOutputs.of(directory, progress -> {}));
  }
}
