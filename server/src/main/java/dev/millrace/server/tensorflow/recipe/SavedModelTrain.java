package dev.millrace.server.tensorflow.recipe;

import dev.millrace.server.dataset.BatchOrder;
import dev.millrace.server.dataset.Dataset;
import dev.millrace.server.dataset.DatasetKind;
import dev.millrace.server.dataset.LabelledDataset;
import dev.millrace.server.dataset.TextDataset;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.training.ParameterSpec;
import dev.millrace.server.training.RecipeDescription;
import dev.millrace.server.training.TrainedModel;
import dev.millrace.server.training.TrainingProgress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.tensorflow.exceptions.TensorFlowException;

/**
 * The recipe {@code saved-model-train}: trains any version further whose SavedModel brings its own
 * step of training, as {@link TrainableSignatures} says. The new version is the old one with other
 * variables. Safe for use by many threads.
 *
 * <p>Reports every 100 steps and after the last one, and exports the state of the report with the
 * best accuracy on validation, which may be the one before the first step. Its metrics are {@code
 * test_accuracy} and {@code validation_accuracy} in 0..1, {@code parent_test_accuracy}, that of the
 * version it went on from, {@code best_step}, {@code train_loss}, {@code examples_per_second} and
 * {@code train_seconds}, without validation.
 */
public final class SavedModelTrain implements Recipe {
  private static final RecipeDescription DESCRIPTION =
      new RecipeDescription(
          "saved-model-train",
          "trains a version further by its own signatures train, infer, save and restore",
          new ModelName("mnist"),
          "mnist",
          Set.of(DatasetKind.IMAGES, DatasetKind.TEXTS),
          List.of(
              ParameterSpec.integer(
                  RecipeDescription.FROM_VERSION,
                  1,
                  Long.MAX_VALUE,
                  0,
                  "the version to go on from; has to be given"),
              ParameterSpec.integer("steps", 1, 1_000_000, 1000, "batches to learn from"),
              ParameterSpec.integer("batch_size", 1, 10_000, 100, "examples a batch")));

  private final LongSupplier nanoTime;

  /** The recipe as the class path's services have it. */
  public SavedModelTrain() {
    this(System::nanoTime);
  }

  /**
   * The recipe.
   *
   * @param nanoTime measures time that passes, in nanoseconds, as {@link System#nanoTime()} does
   */
  public SavedModelTrain(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  @Override
  public RecipeDescription description() {
    return DESCRIPTION;
  }

  @Override
  public TrainedModel train(RunInputs inputs, RunOutputs outputs) {
    Path parent =
        inputs.parent().orElseThrow(() -> TrainableSignatures.unfit("it has to be given"));
    Map<String, String> parameters = DESCRIPTION.resolve(inputs.spec().parameters());
    int batchSize = Integer.parseInt(parameters.getOrDefault("batch_size", ""));
    long steps = Long.parseLong(parameters.getOrDefault("steps", ""));
    int classes = classes(inputs.dataset());
    try (ScratchFolder scratch = new ScratchFolder();
        TrainableModel model = new TrainableModel(parent)) {
      TrainableExamples.Splits splits =
          TrainableExamples.Splits.of(inputs.dataset(), model.asked());
      model.requireFit(splits.train(), batchSize, classes);
      Map<String, Double> metrics = new TreeMap<>();
      TrainableState state = new TrainableState(model, scratch.path(), metrics);
      if (!outputs.checkpoints().restore(state::read)) {
        metrics.put("parent_test_accuracy", model.accuracy(splits.test(), classes));
        metrics.put("validation_accuracy", model.accuracy(splits.validation(), classes));
        metrics.put("best_step", 0.0);
        state.keepBest();
      }
      BatchOrder order = new BatchOrder(splits.train().count(), batchSize, inputs.spec().seed());
      ProgressMeter meter =
          new ProgressMeter(state.step(), steps, batchSize, TrainingLoop.REPORT_EVERY, nanoTime);
      double secondsBefore = metrics.getOrDefault("train_seconds", 0.0);
      int[] indexes = new int[batchSize];
      while (state.step() < steps) {
        order.batch(state.step(), indexes);
        state.advance();
        long step = state.step();
        meter.add(model.step(splits.train(), indexes, classes, step), 0);
        if (step % TrainingLoop.REPORT_EVERY == 0 || step == steps) {
          TrainingProgress report =
              meter.report(step, () -> model.accuracy(splits.validation(), classes));
          outputs.progress().accept(report);
          if (report.validationAccuracy() >= metrics.getOrDefault("validation_accuracy", -1.0)) {
            state.keepBest();
            metrics.put("validation_accuracy", report.validationAccuracy());
            metrics.put("best_step", (double) step);
          }
          metrics.put("train_loss", report.loss());
          metrics.put("examples_per_second", meter.examplesPerSecond(step));
          metrics.put("train_seconds", secondsBefore + meter.trainingTime().toNanos() / 1e9);
        }
        outputs.checkpoints().afterStep(step, state::write);
      }
      state.restoreBest();
      metrics.put("test_accuracy", model.accuracy(splits.test(), classes));
      export(model, parent, outputs.exportDirectory());
      return TrainedModel.of(metrics, inputs.dataset().digest());
    } catch (TensorFlowException | IllegalArgumentException refused) {
      throw new ServingException(
              ErrorReason.TRAINING_FAILED,
              "TensorFlow could not go on; the job's log tells why. If memory ran out, try a"
                  + " batch_size below "
                  + batchSize)
          .causedBy(refused);
    } catch (IOException unwritable) {
      throw new ServingException(
              ErrorReason.TRAINING_FAILED, "the model could not be written; is the disk full?")
          .causedBy(unwritable);
    }
  }

  private static int classes(LabelledDataset dataset) {
    if (dataset instanceof TextDataset texts) {
      return texts.classes().size();
    }
    Dataset images = (Dataset) dataset;
    return 1
        + Stream.of(images.train(), images.validation(), images.test())
            .flatMapToInt(split -> IntStream.range(0, split.count()).map(split::label))
            .max()
            .orElse(0);
  }

  /** The parent's files with other variables; not its manifest, and no answers of its own. */
  private static void export(TrainableModel model, Path parent, Path directory) throws IOException {
    try (Stream<Path> walk = Files.walk(parent)) {
      for (Path file : walk.filter(Files::isRegularFile).toList()) {
        Path name = parent.relativize(file);
        if (name.startsWith("variables")
            || name.toString().equals("manifest.json")
            || name.toString().equals("golden.json")) {
          continue;
        }
        Path target = directory.resolve(name.toString());
        Files.createDirectories(Objects.requireNonNull(target.getParent()));
        Files.copy(file, target);
      }
    }
    Files.createDirectories(directory.resolve("variables"));
    model.writeVariables(directory.resolve("variables").resolve("variables"));
  }
}
