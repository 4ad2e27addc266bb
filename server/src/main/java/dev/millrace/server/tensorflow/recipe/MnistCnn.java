package dev.millrace.server.tensorflow.recipe;

import dev.millrace.server.dataset.BatchOrder;
import dev.millrace.server.dataset.Dataset;
import dev.millrace.server.dataset.LabelledImages;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.training.ParameterSpec;
import dev.millrace.server.training.RecipeDescription;
import dev.millrace.server.training.TrainedModel;
import dev.millrace.server.training.TrainingProgress;
import dev.millrace.server.training.TrainingSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The recipe {@code mnist-cnn}: a convolutional network for grey images of 28x28 in ten classes.
 * Thread-safe.
 */
public final class MnistCnn implements Recipe {
  private static final long REPORT_EVERY = 100;
  private static final int MEASURE_BATCH = 250;

  private static final ParameterSpec STEPS =
      ParameterSpec.integer("steps", 1, 1_000_000, 1000, "batches to learn from");
  private static final ParameterSpec BATCH_SIZE =
      ParameterSpec.integer("batch_size", 1, 10_000, 100, "images a batch");
  private static final ParameterSpec LEARNING_RATE =
      new ParameterSpec(
          "learning_rate",
          ParameterSpec.Kind.REAL,
          0,
          true,
          1,
          false,
          "0.001",
          "how far a step goes");
  private static final ParameterSpec DROPOUT =
      new ParameterSpec(
          "dropout",
          ParameterSpec.Kind.REAL,
          0,
          false,
          1,
          true,
          "0.4",
          "share of the hidden layer that a step leaves out");
  private static final RecipeDescription DESCRIPTION =
      new RecipeDescription(
          "mnist-cnn",
          "a convolutional network for grey images of 28x28 in ten classes",
          new ModelName("mnist"),
          "mnist",
          List.of(STEPS, BATCH_SIZE, LEARNING_RATE, DROPOUT));

  @Override
  public RecipeDescription description() {
    return DESCRIPTION;
  }

  @Override
  public TrainedModel train(
      TrainingSpec spec,
      Dataset dataset,
      Path exportDirectory,
      Consumer<TrainingProgress> progress) {
    requireFit(dataset);
    Map<String, String> parameters = DESCRIPTION.resolve(spec.parameters());
    long steps = Long.parseLong(value(parameters, STEPS));
    int batchSize = Integer.parseInt(value(parameters, BATCH_SIZE));
    float learningRate = Float.parseFloat(value(parameters, LEARNING_RATE));
    float dropout = Float.parseFloat(value(parameters, DROPOUT));
    try (TrainingGraph graph = new TrainingGraph(learningRate, dropout, spec.seed())) {
      BatchOrder order = new BatchOrder(spec.seed(), dataset.train().count(), batchSize);
      ProgressMeter meter = new ProgressMeter(steps, batchSize, REPORT_EVERY, System::nanoTime);
      TrainingProgress last = learn(graph, dataset, order, steps, batchSize, meter, progress);
      double testAccuracy = accuracy(graph, dataset.test());
      export(graph, exportDirectory);
      return TrainedModel.of(
          Map.of(
              "test_accuracy", testAccuracy,
              "validation_accuracy", last.validationAccuracy(),
              "train_accuracy", last.trainAccuracy(),
              "train_loss", last.loss(),
              "images_per_second", meter.examplesPerSecond()),
          dataset.digest());
    } catch (IOException unwritable) {
      throw new UncheckedIOException(unwritable);
    }
  }

  /** Share of the examples that are classified rightly, 0..1. */
  static double accuracy(TrainingGraph graph, LabelledImages examples) {
    ImageBatch batch = new ImageBatch(MEASURE_BATCH, examples.height(), examples.width());
    long right = 0;
    for (int start = 0; start < examples.count(); start += MEASURE_BATCH) {
      batch.gatherFrom(examples, start);
      right += graph.countRight(batch);
    }
    return (double) right / examples.count();
  }

  private static TrainingProgress learn(
      TrainingGraph graph,
      Dataset dataset,
      BatchOrder order,
      long steps,
      int batchSize,
      ProgressMeter meter,
      Consumer<TrainingProgress> progress) {
    LabelledImages train = dataset.train();
    ImageBatch batch = new ImageBatch(batchSize, train.height(), train.width());
    for (long step = 0; ; step++) {
      batch.gather(train, order.batch(step));
      TrainingGraph.StepResult result = graph.learn(batch);
      meter.step(result);
      if (!Float.isFinite(result.loss())) {
        throw new ServingException(
            ErrorReason.TRAINING_FAILED,
            "the loss is no number any more at step "
                + (step + 1)
                + "; try a smaller learning_rate",
            Map.of("step", Long.toString(step + 1)));
      }
      if (meter.isReportDue()) {
        TrainingProgress report = meter.report(accuracy(graph, dataset.validation()));
        progress.accept(report);
        if (report.step() == steps) {
          return report;
        }
      }
    }
  }

  /** Through a checkpoint, so that the published model holds weights and no optimiser's slots. */
  private static void export(TrainingGraph graph, Path directory) throws IOException {
    Path checkpoints = Files.createTempDirectory(directory.toAbsolutePath().getParent(), "weights");
    try {
      Path checkpoint = checkpoints.resolve("last");
      graph.save(checkpoint);
      try (ServingGraph serving = new ServingGraph(checkpoint)) {
        serving.export(directory);
      }
    } finally {
      try (Stream<Path> files = Files.walk(checkpoints)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private static void requireFit(Dataset dataset) {
    requireFit(dataset, dataset.train());
    requireFit(dataset, dataset.validation());
    requireFit(dataset, dataset.test());
  }

  private static void requireFit(Dataset dataset, LabelledImages images) {
    if (images.height() != CnnNetwork.IMAGE_SIZE || images.width() != CnnNetwork.IMAGE_SIZE) {
      throw unfit(dataset, "its images are " + images.height() + "x" + images.width());
    }
    for (int i = 0; i < images.count(); i++) {
      if (images.label(i) >= CnnNetwork.CLASSES) {
        throw unfit(dataset, "it has a label " + images.label(i));
      }
    }
  }

  private static ServingException unfit(Dataset dataset, String why) {
    return new ServingException(
        ErrorReason.DATASET_INVALID,
        "dataset '"
            + dataset.name()
            + "' does not fit mnist-cnn, which takes images of 28x28 and labels 0 to 9: "
            + why,
        Map.of("dataset", dataset.name()));
  }

  private static String value(Map<String, String> parameters, ParameterSpec parameter) {
    return parameters.getOrDefault(parameter.name(), parameter.defaultValue());
  }
}
