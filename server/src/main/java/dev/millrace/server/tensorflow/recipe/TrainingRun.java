package dev.millrace.server.tensorflow.recipe;

import dev.millrace.server.dataset.BatchOrder;
import dev.millrace.server.dataset.LabelledImages;
import dev.millrace.server.model.ServingException;
import java.nio.file.Path;
import java.util.function.BiConsumer;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.buffer.FloatDataBuffer;
import org.tensorflow.proto.GraphDef;

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
  private final TrainingSession session;
  private final ImageBatch batch;
  private final Evaluation evaluation;

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
    } catch (RuntimeException | Error failed) {
      batch.close();
      throw failed;
    }
    try {
      session = new TrainingSession(graph.graph(), graph.ends());
    } catch (RuntimeException | Error failed) {
      graph.close();
      batch.close();
      throw failed;
    }
    evaluation = new Evaluation(graph, session.session());
  }

  /** Steps done. */
  long step() {
    return session.step();
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
  TrainingSession.StepResult next() {
    order.batch(session.step(), indexes);
    batch.fill(examples, indexes);
    return session.learn(
        session.runner().feed(graph.images(), batch.images()).feed(graph.labels(), batch.labels()),
        parameters.learningRate());
  }

  /** Share of the examples classified rightly without dropout, 0..1. */
  double accuracy(LabelledImages unseen) {
    return evaluation.accuracy(unseen);
  }

  /** What the examples are taken for, without dropout. */
  Confusion confusion(LabelledImages unseen) {
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
    session.startFrom(savedModel);
  }

  /** Keeps weights, optimiser and step. */
  void save(Checkpoint checkpoint) {
    session.save(checkpoint);
  }

  /** Goes on where the checkpoint was saved, in a run of the same parameters and examples. */
  void restore(Checkpoint checkpoint) {
    session.restore(checkpoint);
  }

  /** The same; when it fails, the run is back at its beginning. */
  void restoreOrBegin(Checkpoint checkpoint) {
    session.restoreOrBegin(checkpoint);
  }

  @Override
  public void close() {
    batch.close();
    session.close();
    graph.close();
  }
}
