package dev.millrace.server.tensorflow.recipe;

import dev.millrace.server.dataset.BatchOrder;
import dev.millrace.server.dataset.LabelledTexts;
import dev.millrace.server.model.ServingException;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.tensorflow.Result;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.StdArrays;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TString;

/**
 * A classifier of texts in training: its graph, its session and its place in the order of examples.
 * Not safe for use by many threads; closed by whoever made it.
 */
final class TextRun implements AutoCloseable {
  private static final int BATCH = 250;

  private final TextParameters parameters;
  private final LabelledTexts examples;
  private final BatchOrder order;
  private final long totalSteps;
  private final int[] indexes;
  private final TextTrainingGraph graph;
  private final TrainingSession session;

  /** Builds the graph and sets the initial weights. */
  TextRun(TextParameters parameters, LabelledTexts examples, int classes) {
    this.parameters = parameters;
    this.examples = examples;
    order = new BatchOrder(examples.count(), parameters.batchSize(), parameters.seed());
    totalSteps = parameters.totalSteps(examples.count());
    indexes = new int[parameters.batchSize()];
    graph = new TextTrainingGraph(parameters, classes, totalSteps);
    try {
      session = new TrainingSession(graph.graph(), graph.ends());
    } catch (RuntimeException | Error failed) {
      graph.close();
      throw failed;
    }
  }

  /** Takes the weights of an earlier version. */
  void startFrom(Path savedModel) {
    session.startFrom(savedModel);
  }

  /** Steps done. */
  long step() {
    return session.step();
  }

  /** Steps of the whole run. */
  long totalSteps() {
    return totalSteps;
  }

  TextParameters parameters() {
    return parameters;
  }

  /** The graph that is trained. */
  GraphDef graph() {
    return graph.graph().toGraphDef();
  }

  /**
   * Learns from the next batch.
   *
   * @throws ServingException TRAINING_FAILED if the loss is no number any more
   */
  TrainingSession.StepResult next() {
    order.batch(session.step(), indexes);
    try (TString texts = texts(examples, indexes);
        TInt32 labels = labels(examples, indexes)) {
      return session.learn(
          session.runner().feed(graph.texts(), texts).feed(graph.labels(), labels),
          parameters.learningRate());
    }
  }

  /** Share of the examples classified rightly without dropout, 0..1. */
  double accuracy(LabelledTexts unseen) {
    long right = 0;
    for (int first = 0; first < unseen.count(); first += BATCH) {
      int[] members = IntStream.range(first, Math.min(first + BATCH, unseen.count())).toArray();
      try (TString texts = texts(unseen, members);
          TInt32 labels = labels(unseen, members);
          Result result =
              session
                  .runner()
                  .feed(graph.texts(), texts)
                  .feed(graph.labels(), labels)
                  .fetch(graph.correct())
                  .run()) {
        right += ((TInt32) result.get(0)).getInt();
      }
    }
    return (double) right / unseen.count();
  }

  private static TString texts(LabelledTexts from, int[] members) {
    String[] texts = IntStream.of(members).mapToObj(from::text).toArray(String[]::new);
    return TString.tensorOf(Shape.of(texts.length), DataBuffers.ofObjects(texts));
  }

  private static TInt32 labels(LabelledTexts from, int[] members) {
    return TInt32.tensorOf(StdArrays.ndCopyOf(IntStream.of(members).map(from::label).toArray()));
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
    session.close();
    graph.close();
  }
}
