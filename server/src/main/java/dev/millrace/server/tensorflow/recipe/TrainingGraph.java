package dev.millrace.server.tensorflow.recipe;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/**
 * The network with two towers, one that learns with dropout and one that measures without, in a
 * session of its own. Owns the graph and the session; confined to one thread.
 */
final class TrainingGraph implements AutoCloseable {
  private static final Shape IMAGES = Shape.of(-1, CnnNetwork.IMAGE_SIZE, CnnNetwork.IMAGE_SIZE, 1);

  private final Graph graph = new Graph();
  private final Session session;
  private final Operand<TFloat32> images;
  private final Operand<TInt32> labels;
  private final Op initialise;
  private final Op minimise;
  private final Operand<TFloat32> loss;
  private final Operand<TInt64> learnedRight;
  private final Operand<TInt64> measuredRight;

  /**
   * What a step tells.
   *
   * @param loss mean loss of the batch before the step
   * @param right examples of the batch classified rightly before the step, with dropout
   */
  record StepResult(float loss, long right) {}

  /** Builds the graph and gives every variable its initial value. */
  TrainingGraph(float learningRate, float dropout, long seed) {
    Ops tf = Ops.create(graph);
    images = Variable.placeholder(tf, "images", TFloat32.class, IMAGES);
    labels = Variable.placeholder(tf, "labels", TInt32.class, Shape.of(-1));
    CnnNetwork network = new CnnNetwork(tf);
    AdamOptimizer adam = new AdamOptimizer(tf, network.weights());
    CnnNetwork.Regulariser regulariser =
        dropout == 0
            ? (ops, hidden) -> hidden
            : (ops, hidden) -> drop(ops, hidden, dropout, seed, adam.step().read(ops));
    Ops learn = tf.withSubScope("learn");
    Operand<TFloat32> learnLogits = network.tower(learn, images, regulariser);
    Operand<TFloat32> oneHot =
        learn.oneHot(
            labels, learn.constant(CnnNetwork.CLASSES), learn.constant(1f), learn.constant(0f));
    loss =
        learn.math.mean(
            learn.nn.softmaxCrossEntropyWithLogits(learnLogits, oneHot).loss(), learn.constant(0));
    learnedRight = right(learn, learnLogits);
    minimise = adam.minimise(learn, loss, learningRate);
    Ops measure = tf.withSubScope("measure");
    measuredRight = right(measure, network.tower(measure, images, (ops, hidden) -> hidden));
    List<Variable<?>> variables = new ArrayList<>(adam.state());
    network.weights().forEach(weight -> variables.add(weight.variable()));
    Saver.addTo(tf, variables);
    initialise =
        tf.withControlDependencies(network.initialise(tf, seed), adam.initialise(tf)).noOp();
    session = new Session(graph);
    session.runner().addTarget(initialise).run().close();
  }

  /** Learns from a batch. */
  StepResult learn(ImageBatch batch) {
    try (TFloat32 pixels = batch.images();
        TInt32 classes = batch.labels();
        Result result =
            session
                .runner()
                .feed(images, pixels)
                .feed(labels, classes)
                .addTarget(minimise)
                .fetch(loss)
                .fetch(learnedRight)
                .run()) {
      return new StepResult(
          ((TFloat32) result.get(0)).getFloat(), ((TInt64) result.get(1)).getLong());
    }
  }

  /** How many of a batch are classified rightly, without dropout. */
  long countRight(ImageBatch batch) {
    try (TFloat32 pixels = batch.images();
        TInt32 classes = batch.labels();
        Result result =
            session
                .runner()
                .feed(images, pixels)
                .feed(labels, classes)
                .fetch(measuredRight)
                .run()) {
      return ((TInt64) result.get(0)).getLong();
    }
  }

  /** Writes weights, optimiser slots and step count to a checkpoint. */
  void save(Path prefix) {
    Saver.save(session, prefix);
  }

  /** Goes on from a checkpoint. */
  void restore(Path prefix) {
    Saver.restore(session, prefix);
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }

  private Operand<TInt64> right(Ops tf, Operand<TFloat32> logits) {
    Operand<TInt32> predicted = tf.math.argMax(logits, tf.constant(1), TInt32.class);
    return tf.reduceSum(
        tf.dtypes.cast(tf.math.equal(predicted, labels), TInt64.class), tf.constant(0));
  }

  /**
   * Inverted dropout. Its mask is a function of seed and step alone, so a resumed run draws what it
   * would have drawn.
   */
  private static Operand<TFloat32> drop(
      Ops tf, Operand<TFloat32> hidden, float rate, long seed, Operand<TInt64> step) {
    Operand<TInt64> key = tf.stack(List.of(tf.constant(seed), step));
    Operand<TFloat32> uniform = tf.random.statelessRandomUniform(tf.shape(hidden), key);
    Operand<TFloat32> kept =
        tf.dtypes.cast(tf.math.greaterEqual(uniform, tf.constant(rate)), TFloat32.class);
    return tf.math.mul(tf.math.mul(hidden, kept), tf.constant(1 / (1 - rate)));
  }
}
