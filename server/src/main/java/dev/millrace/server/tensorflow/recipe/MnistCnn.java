package dev.millrace.server.tensorflow.recipe;

import dev.millrace.server.dataset.Dataset;
import dev.millrace.server.dataset.LabelledImages;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.tensorflow.record.WarmUpFile;
import dev.millrace.server.training.RecipeDescription;
import dev.millrace.server.training.TrainedModel;
import dev.millrace.server.training.TrainingSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.tensorflow.exceptions.TensorFlowException;

/**
 * The recipe {@code mnist-cnn}: a convolutional network that tells ten classes of grey images of
 * 28x28 apart, trained with Adam. Safe for use by many threads.
 *
 * <p>Reports every 100 steps and after the last one. Its metrics are {@code test_accuracy} and
 * {@code validation_accuracy} in 0..1, {@code train_loss}, the mean over the last report's steps,
 * {@code images_per_second} and {@code train_seconds}, without validation; with patience also
 * {@code best_step}, the step whose weights are exported. Beside the SavedModel it writes warm-up
 * requests with a few of the training images.
 */
public final class MnistCnn implements Recipe {
  private static final RecipeDescription DESCRIPTION =
      new RecipeDescription(
          "mnist-cnn",
          "a convolutional network that reads handwritten digits",
          new ModelName("mnist"),
          "mnist",
          MnistCnnParameters.SPECS);

  private final LongSupplier nanoTime;

  /** The recipe as the class path's services have it. */
  public MnistCnn() {
    this(System::nanoTime);
  }

  /**
   * The recipe.
   *
   * @param nanoTime measures time that passes, in nanoseconds, as {@link System#nanoTime()} does
   */
  public MnistCnn(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  @Override
  public RecipeDescription description() {
    return DESCRIPTION;
  }

  @Override
  public TrainedModel train(RunInputs inputs, RunOutputs outputs) {
    TrainingSpec spec = inputs.spec();
    Dataset dataset = DatasetFit.images(inputs.dataset(), DESCRIPTION.name());
    MnistCnnParameters parameters =
        MnistCnnParameters.of(spec, DESCRIPTION.resolve(spec.parameters()));
    checkFits(dataset);
    Path exportDirectory = outputs.exportDirectory();
    if (Files.exists(exportDirectory)) {
      throw new IllegalArgumentException("the export directory exists");
    }
    try (TrainingRun run = new TrainingRun(parameters, dataset.train());
        EarlyStopping stopping = new EarlyStopping(parameters.patience())) {
      inputs.parent().ifPresent(run::startFrom);
      BoardEvents board = new BoardEvents(outputs.events(), run);
      Map<String, Double> metrics = new TreeMap<>();
      RunState state = new RunState(run, stopping, metrics);
      outputs.checkpoints().restore(state::read);
      TrainingLoop loop =
          new TrainingLoop(
              run,
              dataset.validation(),
              outputs.progress().andThen(board::report),
              () -> outputs.checkpoints().afterStep(run.step(), state::write),
              metrics,
              stopping,
              nanoTime);
      loop.run();
      run.publish();
      if (parameters.patience() > 0) {
        metrics.put("best_step", (double) run.step());
        metrics.put("validation_accuracy", run.accuracy(dataset.validation()));
      }
      Confusion confusion = run.confusion(dataset.test());
      metrics.put("test_accuracy", confusion.accuracy());
      board.confusion(confusion);
      export(run, exportDirectory);
      WarmUpFile.write(exportDirectory, WarmUpExamples.madeUp());
      return TrainedModel.of(metrics, dataset.digest());
    } catch (TensorFlowException refused) {
      throw new ServingException(
              ErrorReason.TRAINING_FAILED,
              "TensorFlow could not go on; if memory ran out, try a batch_size below "
                  + parameters.batchSize())
          .causedBy(refused);
    } catch (IOException unwritable) {
      throw new ServingException(
              ErrorReason.TRAINING_FAILED, "the model could not be written; is the disk full?")
          .causedBy(unwritable);
    }
  }

  private static void checkFits(Dataset dataset) {
    for (LabelledImages split : List.of(dataset.train(), dataset.validation(), dataset.test())) {
      if (split.height() != MnistNetwork.HEIGHT || split.width() != MnistNetwork.WIDTH) {
        throw misfit(
            dataset, "images of 28x28, these are of " + split.height() + "x" + split.width());
      }
      for (int i = 0; i < split.count(); i++) {
        if (split.label(i) >= MnistNetwork.CLASSES) {
          throw misfit(dataset, "labels from 0 to 9, there is a " + split.label(i));
        }
      }
    }
  }

  private static ServingException misfit(Dataset dataset, String detail) {
    return new ServingException(
        ErrorReason.DATASET_INVALID,
        "dataset '" + dataset.name() + "' does not fit mnist-cnn, which takes " + detail,
        Map.of("dataset", dataset.name()));
  }

  private static void export(TrainingRun run, Path exportDirectory) throws IOException {
    Path folder = Files.createTempDirectory("millrace-export");
    try {
      Checkpoint checkpoint = new Checkpoint(folder.resolve("weights"));
      run.save(checkpoint);
      ServingGraph.export(checkpoint, run.parameters().network(), exportDirectory);
    } finally {
      delete(folder);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> entries = Files.walk(folder)) {
      for (Path entry : entries.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(entry);
      }
    }
  }
}
