package dev.millrace.server.tensorflow.recipe;

import dev.millrace.server.dataset.BatchOrder;
import dev.millrace.server.dataset.LabelledImages;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.BiConsumer;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.buffer.FloatDataBuffer;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/**
 * A model in training: its graph, its session and its place in the order of examples. Not safe for
 * use by many threads; closed by whoever made it.
 */
final class TrainingRun implements AutoCloseable {
  private final MnistCnnParameters parameters;
  private final LabelledImages examples;
  private final BatchOrder order;
  private final long totalSteps;
  private final int[] indexes;
  private final TrainingGraph graph;
  private final Session session;
  private final ImageBatch batch;
  private final Evaluation evaluation;
  private long step;

  /** Builds the graph and sets the initial weights. */
  TrainingRun(MnistCnnParameters parameters, LabelledImages examples) {
    this.parameters = parameters;
    this.examples = examples;
    order = new BatchOrder(examples.count(), parameters.batchSize(), parameters.seed());
    totalSteps = parameters.totalSteps(examples.count());
    indexes = new int[parameters.batchSize()];
    batch = new ImageBatch(parameters.batchSize());
    try {
      graph = new TrainingGraph(parameters, totalSteps);
      session = new Session(graph.graph());
    } catch (RuntimeException | Error failed) {
      batch.close();
      throw failed;
    }
    evaluation = new Evaluation(graph, session);
    try {
      session.runner().addTarget(graph.initialise()).run().close();
    } catch (RuntimeException | Error failed) {
      close();
      throw failed;
    }
  }

  /** Steps done. */
  long step() {
    return step;
  }

  /** Steps of the whole run. */
  long totalSteps() {
    return totalSteps;
  }

  MnistCnnParameters parameters() {
    return parameters;
  }

  /**
   * Learns from the next batch.
   *
   * @throws ServingException TRAINING_FAILED if the loss is no number any more
   */
  StepResult next() {
    order.batch(step, indexes);
    batch.fill(examples, indexes);
    float loss;
    int correct;
    try (Result result =
        session
            .runner()
            .feed(graph.images(), batch.images())
            .feed(graph.labels(), batch.labels())
            .fetch(graph.loss())
            .fetch(graph.trainCorrect())
            .addTarget(graph.trainStep())
            .run()) {
      loss = ((TFloat32) result.get(0)).getFloat();
      correct = ((TInt32) result.get(1)).getInt();
    }
    step++;
    if (!Float.isFinite(loss)) {
      throw new ServingException(
          ErrorReason.TRAINING_FAILED,
          String.format(
              Locale.ROOT,
              "the loss is %s at step %d; try a learning_rate below %s",
              loss,
              step,
              parameters.learningRate()));
    }
    return new StepResult(loss, correct);
  }

  /**
   * What one step tells.
   *
   * @param loss mean loss of its batch, before the step
   * @param correct examples of its batch classified rightly, before the step
   */
  record StepResult(float loss, int correct) {}

  /** Share of the examples classified rightly without dropout, 0..1. */
  double accuracy(LabelledImages unseen) {
    return evaluation.accuracy(unseen);
  }

  /** How often each class (row) was taken for each (column). */
  long[][] confusion(LabelledImages unseen) {
    return evaluation.confusion(unseen);
  }

  /** The graph that is trained. */
  GraphDef graph() {
    return graph.graph().toGraphDef();
  }

  /** Tells the values of every weight, by its name; they must not be kept. */
  void readWeights(BiConsumer<String, FloatDataBuffer> reader) {
    Session.Runner runner = session.runner();
    graph.weights().values().forEach(runner::fetch);
    try (Result values = runner.run()) {
      int i = 0;
      for (String name : graph.weights().keySet()) {
        reader.accept(name, values.get(i++).asRawTensor().data().asFloats());
      }
    }
  }

  /** Ends the run: the weights become what is exported. */
  void publish() {
    session.runner().addTarget(graph.publish()).run().close();
  }

  /** Takes the weights of an earlier version. */
  void startFrom(Path savedModel) {
    StartingWeights.read(session, savedModel);
  }

  /** Keeps weights, optimiser and step. */
  void save(Checkpoint checkpoint) {
    checkpoint.save(session);
  }

  /** Goes on where the checkpoint was saved, in a run of the same parameters and examples. */
  void restore(Checkpoint checkpoint) {
    checkpoint.restore(session);
    try (Result result = session.runner().fetch(graph.globalStep()).run()) {
      step = ((TInt64) result.get(0)).getLong();
    }
  }

  /** The same; when it fails, the run is back at its beginning. */
  void restoreOrBegin(Checkpoint checkpoint) {
    try {
      restore(checkpoint);
    } catch (RuntimeException damaged) {
      session.runner().addTarget(graph.initialise()).run().close();
      step = 0;
      throw damaged;
    }
  }

  @Override
  public void close() {
    batch.close();
    session.close();
    graph.close();
  }
}
