package dev.millrace.server.tensorflow.recipe;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;
import org.tensorflow.types.family.TType;

/**
 * The graph of a run: one tower with dropout that learns, one without that is measured, sharing the
 * weights and the words. Closed by whoever made it.
 */
final class TextTrainingGraph implements AutoCloseable {
  private final Graph graph = new Graph();
  private final Operand<TString> texts;
  private final Operand<TInt32> labels;
  private final Operand<TInt32> correct;
  private final TrainingSession.Ends ends;

  /**
   * Builds it.
   *
   * @param totalSteps steps of the whole run
   */
  TextTrainingGraph(TextParameters parameters, int classes, long totalSteps) {
    try {
      SplittableRandom seeds = new SplittableRandom(parameters.seed());
      Ops tf = Ops.create(graph);
      Shape column = Shape.of(Shape.UNKNOWN_SIZE);
      texts = tf.withName("texts").placeholder(TString.class, Placeholder.shape(column));
      labels = tf.withName("labels").placeholder(TInt32.class, Placeholder.shape(column));
      TextNetwork network = new TextNetwork(tf, parameters, classes);
      AdamOptimiser adam = new AdamOptimiser(tf, network.weights());
      ResourceVariable<TInt64> step =
          ResourceVariable.create(tf, "global_step", TInt64.class, Shape.scalar());
      Operand<TInt64> globalStep = step.read(tf);
      List<Op> first = network.initialise(tf.withSubScope("initial"), seeds);
      first.addAll(adam.initialise());
      first.add(step.assign(tf, tf.constant(0L)));
      Op initialise = tf.withName("initialise").withControlDependencies(first).noOp();

      WordRuns runs =
          WordRuns.of(tf.withSubScope("words"), texts, parameters.words(), parameters.buckets());
      Ops serve = tf.withSubScope("serve");
      correct = countCorrect(serve, network.tower(serve, runs, UnaryOperator.identity()).logits());

      Ops train = tf.withSubScope("train");
      UnaryOperator<Operand<TFloat32>> dropout =
          Dropout.of(train, parameters.dropout(), seeds.nextLong(), globalStep);
      TextNetwork.Tower tower = network.tower(train, runs, dropout);
      Operand<TInt32> trainCorrect = countCorrect(train, tower.logits());
      Operand<TFloat32> loss = meanCrossEntropy(train, tower.logits(), classes);
      Operand<TFloat32> learningRate =
          LearningRate.of(
              train, parameters.learningRate(), parameters.cosineDecay(), totalSteps, globalStep);
      List<Op> steps = adam.apply(network.gradients(train, loss, tower), learningRate);
      Ops after = train.withControlDependencies(steps);
      Op trainStep = after.assignAddVariableOp(step.handle(), after.constant(1L));
      ends = new TrainingSession.Ends(initialise, globalStep, trainStep, loss, trainCorrect);

      List<ResourceVariable<? extends TType>> all = new ArrayList<>(network.weights());
      all.addAll(adam.variables());
      all.add(step);
      SaverOps.add(tf, all);
      StartingWeights.add(tf, network.weights());
    } catch (RuntimeException | Error failed) {
      graph.close();
      throw failed;
    }
  }

  private Operand<TInt32> countCorrect(Ops tf, Operand<TFloat32> logits) {
    Operand<TInt32> classes = tf.math.argMax(logits, tf.constant(1), TInt32.class);
    return tf.reduceSum(
        tf.dtypes.cast(tf.math.equal(classes, labels), TInt32.class), tf.constant(0));
  }

  private Operand<TFloat32> meanCrossEntropy(Ops tf, Operand<TFloat32> logits, int classes) {
    Operand<TFloat32> expected =
        tf.oneHot(labels, tf.constant(classes), tf.constant(1f), tf.constant(0f));
    return tf.math.mean(
        tf.nn.softmaxCrossEntropyWithLogits(logits, expected).loss(), tf.constant(0));
  }

  Graph graph() {
    return graph;
  }

  /** What a session trains it by; the tower that learns has dropout. */
  TrainingSession.Ends ends() {
    return ends;
  }

  /** Takes a batch of texts. */
  Operand<TString> texts() {
    return texts;
  }

  /** Takes the classes of a batch. */
  Operand<TInt32> labels() {
    return labels;
  }

  /** Examples of a batch classified rightly, without dropout. */
  Operand<TInt32> correct() {
    return correct;
  }

  @Override
  public void close() {
    graph.close();
  }
}
