package dev.millrace.server.tensorflow.recipe;

import dev.millrace.server.catalog.WarmUpRequest;
import dev.millrace.server.dataset.DatasetKind;
import dev.millrace.server.dataset.TextDataset;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.tensor.Shape;
import dev.millrace.server.tensor.TensorData;
import dev.millrace.server.tensorflow.board.EventLog;
import dev.millrace.server.tensorflow.record.WarmUpFile;
import dev.millrace.server.training.RecipeDescription;
import dev.millrace.server.training.TrainedModel;
import dev.millrace.server.training.TrainingProgress;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.tensorflow.exceptions.TensorFlowException;

/**
 * The recipe {@code text-classifier}: a string in, its label and the probabilities of all labels
 * out, with everything between in the graph. Safe for use by many threads.
 *
 * <p>Reports every 100 steps and after the last one, and exports the weights of the report with the
 * best accuracy on validation. Its metrics are {@code test_accuracy} and {@code
 * validation_accuracy} in 0..1, {@code best_step}, {@code train_loss}, the mean over the last
 * report's steps, {@code texts_per_second} and {@code train_seconds}, without validation. No
 * training text is written into the model.
 */
public final class TextClassifier implements Recipe {
  private static final RecipeDescription DESCRIPTION =
      new RecipeDescription(
          "text-classifier",
          "tells by its words which label a text has",
          new ModelName("text"),
          "texts",
          Set.of(DatasetKind.TEXTS),
          TextParameters.SPECS);

  private final LongSupplier nanoTime;

  /** The recipe as the class path's services have it. */
  public TextClassifier() {
    this(System::nanoTime);
  }

  /**
   * The recipe.
   *
   * @param nanoTime measures time that passes, in nanoseconds, as {@link System#nanoTime()} does
   */
  public TextClassifier(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  @Override
  public RecipeDescription description() {
    return DESCRIPTION;
  }

  @Override
  public TrainedModel train(RunInputs inputs, RunOutputs outputs) {
    TextDataset dataset = DatasetFit.texts(inputs.dataset(), DESCRIPTION.name());
    TextParameters parameters =
        TextParameters.of(DESCRIPTION.resolve(inputs.spec().parameters()), inputs.spec().seed());
    if (Files.exists(outputs.exportDirectory())) {
      throw new IllegalArgumentException("the export directory exists");
    }
    inputs.parent().ifPresent(parent -> TextLabels.requireSame(parent, dataset.classes()));
    try (ScratchFolder scratch = new ScratchFolder();
        TextRun run = new TextRun(parameters, dataset.train(), dataset.classes().size())) {
      inputs.parent().ifPresent(run::startFrom);
      EventLog events = outputs.events();
      if (events != EventLog.NONE) {
        events.graph(run.graph());
      }
      Checkpoint best = new Checkpoint(scratch.path().resolve("best"));
      Map<String, Double> metrics =
          new TextLoop(
                  run,
                  dataset.validation(),
                  outputs.progress().andThen(report -> show(report, events)),
                  best,
                  nanoTime)
              .run();
      metrics.put("test_accuracy", run.accuracy(dataset.test()));
      TextServingGraph.export(best, parameters, dataset.classes(), outputs.exportDirectory());
      TextLabels.write(outputs.exportDirectory(), dataset.classes());
      WarmUpFile.write(outputs.exportDirectory(), warmUp(dataset.classes()));
      return TrainedModel.of(metrics, dataset.digest());
    } catch (TensorFlowException refused) {
      throw new ServingException(
              ErrorReason.TRAINING_FAILED,
              "TensorFlow could not go on; if memory ran out, try a batch_size below "
                  + parameters.batchSize()
                  + ", or fewer buckets or dimensions")
          .causedBy(refused);
    } catch (IOException unwritable) {
      throw new ServingException(
              ErrorReason.TRAINING_FAILED, "the model could not be written; is the disk full?")
          .causedBy(unwritable);
    }
  }

  private static void show(TrainingProgress report, EventLog events) {
    events.scalars(
        report.step(),
        Map.of(
            "loss/train", report.loss(),
            "accuracy/train", report.trainAccuracy(),
            "accuracy/validation", report.validationAccuracy(),
            "speed/examples_per_second", report.examplesPerSecond()));
  }

  /** Made of the labels, because training texts may be nobody's business. */
  private static List<WarmUpRequest> warmUp(List<String> labels) {
    ByteBuffer text =
        ByteBuffer.wrap(
            ("a text that may be " + String.join(" or ", labels.subList(0, 2)))
                .getBytes(StandardCharsets.UTF_8));
    return List.of(request(text, 1), request(text, 4));
  }

  private static WarmUpRequest request(ByteBuffer text, int count) {
    List<ByteBuffer> texts = Collections.nCopies(count, text);
    return new WarmUpRequest(
        TextServingGraph.SIGNATURE,
        Map.of(TextServingGraph.INPUT, TensorData.ofStrings(Shape.of(count), texts)),
        List.of());
  }
}
