package dev.millrace.server.tensorflow.recipe;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Gradients;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/**
 * The network of {@link TextClassifier}: a table with a row for each bucket that runs of words are
 * hashed into, the mean of a text's rows, and one dense layer (Joulin et al., "Bag of Tricks for
 * Efficient Text Classification", 2016).
 */
final class TextNetwork {
  private final TextParameters parameters;
  private final ResourceVariable<TFloat32> table;
  private final ResourceVariable<TFloat32> kernel;
  private final ResourceVariable<TFloat32> bias;

  /** Adds the weights to a graph, without values. */
  TextNetwork(Ops tf, TextParameters parameters, int classes) {
    this.parameters = parameters;
    Ops embedding = tf.withSubScope("embedding");
    table =
        ResourceVariable.create(
            embedding,
            "embedding/table",
            TFloat32.class,
            Shape.of(parameters.buckets(), parameters.dimensions()));
    Ops logits = tf.withSubScope("logits");
    kernel =
        ResourceVariable.create(
            logits, "logits/kernel", TFloat32.class, Shape.of(parameters.dimensions(), classes));
    bias = ResourceVariable.create(logits, "logits/bias", TFloat32.class, Shape.of(classes));
  }

  /** The table, and the dense layer's kernel and bias. */
  List<ResourceVariable<TFloat32>> weights() {
    return List.of(table, kernel, bias);
  }

  /** Ops that set every weight, drawn from a seed. */
  List<Op> initialise(Ops tf, SplittableRandom seeds) {
    List<Op> assignments = new ArrayList<>();
    assignments.add(
        table.assign(tf, uniform(tf, table.shape(), 1f / parameters.dimensions(), seeds)));
    long sizes = kernel.shape().get(0) + kernel.shape().get(1);
    assignments.add(
        kernel.assign(tf, uniform(tf, kernel.shape(), (float) Math.sqrt(6.0 / sizes), seeds)));
    assignments.add(bias.assign(tf, tf.zeros(tf.constant(bias.shape().asArray()), TFloat32.class)));
    return assignments;
  }

  private static Operand<TFloat32> uniform(
      Ops tf, Shape shape, float limit, SplittableRandom seeds) {
    Operand<TFloat32> drawn =
        tf.random.statelessRandomUniform(
            tf.constant(shape.asArray()), tf.array(seeds.nextLong(), seeds.nextLong()));
    return tf.math.mul(tf.math.sub(drawn, tf.constant(0.5f)), tf.constant(2 * limit));
  }

  /**
   * One use of the network.
   *
   * @param features the mean of each text's rows, [-1, dimensions]; 0 for a text without words
   * @param share how much each run of words weighs in its text, [-1, 1]
   * @param kernel the kernel that was used
   * @param bias the bias that was used
   * @param logits [-1, classes]
   */
  record Tower(
      WordRuns runs,
      Operand<TFloat32> features,
      Operand<TFloat32> share,
      Operand<TFloat32> kernel,
      Operand<TFloat32> bias,
      Operand<TFloat32> logits) {}

  /**
   * Adds a tower.
   *
   * @param dropout done to the features; the identity where the model is only used
   */
  Tower tower(Ops tf, WordRuns runs, UnaryOperator<Operand<TFloat32>> dropout) {
    Operand<TFloat32> rows = tf.gather(table.read(tf), runs.buckets(), tf.constant(0));
    Operand<TFloat32> each =
        tf.math.unsortedSegmentSum(
            tf.fill(tf.shape(runs.texts()), tf.constant(1f)), runs.texts(), runs.count());
    Operand<TFloat32> share =
        tf.expandDims(tf.math.reciprocal(tf.math.maximum(each, tf.constant(1f))), tf.constant(1));
    Operand<TFloat32> features =
        tf.math.mul(tf.math.unsortedSegmentSum(rows, runs.texts(), runs.count()), share);
    Operand<TFloat32> used = kernel.read(tf);
    Operand<TFloat32> added = bias.read(tf);
    Operand<TFloat32> logits =
        tf.nn.biasAdd(tf.linalg.matMul(dropout.apply(features), used), added);
    return new Tower(runs, features, share, used, added, logits);
  }

  /**
   * Gradients of a loss by the weights, in their order. The table's is put together here, because
   * TensorFlow has no native gradient of sums over segments.
   */
  List<Operand<TFloat32>> gradients(Ops tf, Operand<TFloat32> loss, Tower tower) {
    Gradients found = tf.gradients(loss, List.of(tower.features(), tower.kernel(), tower.bias()));
    Operand<TInt64> texts = tower.runs().texts();
    Operand<TFloat32> ofRows =
        tf.gather(tf.math.mul(found.<TFloat32>dy(0), tower.share()), texts, tf.constant(0));
    Operand<TInt32> size = tf.constant(parameters.buckets());
    return List.of(
        tf.math.unsortedSegmentSum(ofRows, tower.runs().buckets(), size), found.dy(1), found.dy(2));
  }
}
