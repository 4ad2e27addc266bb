package dev.millrace.server.tensorflow.recipe;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Gradients;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TType;

/**
 * The graph of a run: one tower with dropout that learns, one without that is measured, sharing the
 * weights. Closed by whoever made it.
 */
final class TrainingGraph implements AutoCloseable {
  private final Graph graph;
  private final Operand<TFloat32> images;
  private final Operand<TInt32> labels;
  private final Operand<TInt32> correct;
  private final TrainingSession.Ends ends;
  private final Operand<TInt32> classes;
  private final SortedMap<String, Operand<TFloat32>> weights = new TreeMap<>();
  private final Op publish;

  /**
   * Builds it.
   *
   * @param totalSteps steps of the whole run
   */
  TrainingGraph(MnistCnnParameters parameters, long totalSteps) {
    graph = new Graph();
    try {
      SplittableRandom seeds = new SplittableRandom(parameters.seed());
      Ops tf = Ops.create(graph);
      images =
          tf.withName("images").placeholder(TFloat32.class, Placeholder.shape(MnistNetwork.IMAGES));
      labels =
          tf.withName("labels")
              .placeholder(TInt32.class, Placeholder.shape(Shape.of(Shape.UNKNOWN_SIZE)));
      MnistNetwork network = new MnistNetwork(tf, parameters.network());
      network.weights().forEach(weight -> weights.put(weight.name(), weight.read(tf)));
      AdamOptimiser adam = new AdamOptimiser(tf, network.weights());
      Optional<WeightAverages> averages =
          parameters.weightAveraging() == 0
              ? Optional.empty()
              : Optional.of(
                  new WeightAverages(tf, network.weights(), parameters.weightAveraging()));
      ResourceVariable<TInt64> step =
          ResourceVariable.create(tf, "global_step", TInt64.class, Shape.scalar());
      Operand<TInt64> globalStep = step.read(tf);

      List<Op> first = InitialWeights.assign(tf.withSubScope("initial"), network, seeds);
      List<Op> begun =
          averages.map(these -> these.initialise(List.copyOf(first))).orElse(List.of());
      first.addAll(begun);
      first.addAll(adam.initialise());
      first.add(step.assign(tf, tf.constant(0L)));
      Op initialise = tf.withName("initialise").withControlDependencies(first).noOp();

      Ops serve = tf.withSubScope("serve");
      Operand<TFloat32> measured =
          network.logits(
              serve,
              images,
              averages.map(these -> these.read(serve)).orElseGet(() -> network.read(serve)),
              UnaryOperator.identity());
      classes = serve.math.argMax(measured, serve.constant(1), TInt32.class);
      correct = countCorrect(serve, classes, labels);

      Ops train = tf.withSubScope("train");
      List<Operand<TFloat32>> learnt = network.read(train);
      UnaryOperator<Operand<TFloat32>> dropout =
          Dropout.of(train, parameters.dropout(), seeds.nextLong(), globalStep);
      Operand<TFloat32> distorted =
          DistortedImages.of(train, images, parameters.distortion(), seeds.nextLong(), globalStep);
      Operand<TFloat32> logits = network.logits(train, distorted, learnt, dropout);
      Operand<TInt32> trainCorrect =
          countCorrect(train, train.math.argMax(logits, train.constant(1), TInt32.class), labels);
      Operand<TFloat32> loss = meanCrossEntropy(train, logits, labels, parameters.labelSmoothing());

      Operand<TFloat32> learningRate =
          LearningRate.of(
              train, parameters.learningRate(), parameters.cosineDecay(), totalSteps, globalStep);
      List<Op> steps = adam.apply(gradients(train, loss, learnt), learningRate);
      List<Op> averaged =
          averages.map(these -> these.update(List.copyOf(steps), globalStep)).orElse(List.of());
      steps.addAll(averaged);
      Ops after = train.withControlDependencies(steps);
      Op trainStep = after.assignAddVariableOp(step.handle(), after.constant(1L));
      ends = new TrainingSession.Ends(initialise, globalStep, trainStep, loss, trainCorrect);
      publish =
          tf.withName("publish")
              .withControlDependencies(averages.map(WeightAverages::publish).orElse(List.of()))
              .noOp();

      List<ResourceVariable<? extends TType>> all = new ArrayList<>(network.weights());
      all.addAll(adam.variables());
      averages.ifPresent(these -> all.addAll(these.variables()));
      all.add(step);
      SaverOps.add(tf, all);
      StartingWeights.add(
          tf,
          network.weights(),
          set -> averages.map(these -> these.initialise(set)).orElse(List.of()));
    } catch (RuntimeException | Error failed) {
      graph.close();
      throw failed;
    }
  }

  private static Operand<TInt32> countCorrect(
      Ops tf, Operand<TInt32> classes, Operand<TInt32> labels) {
    return tf.reduceSum(
        tf.dtypes.cast(tf.math.equal(classes, labels), TInt32.class), tf.constant(0));
  }

  /** In the one-hot form, because TensorFlow has no native gradient of the sparse one. */
  private static Operand<TFloat32> meanCrossEntropy(
      Ops tf, Operand<TFloat32> logits, Operand<TInt32> labels, float smoothing) {
    float spread = smoothing / MnistNetwork.CLASSES;
    Operand<TFloat32> expected =
        tf.oneHot(
            labels,
            tf.constant(MnistNetwork.CLASSES),
            tf.constant(1 - smoothing + spread),
            tf.constant(spread));
    return tf.math.mean(
        tf.nn.softmaxCrossEntropyWithLogits(logits, expected).loss(), tf.constant(0));
  }

  private static List<Operand<TFloat32>> gradients(
      Ops tf, Operand<TFloat32> loss, List<Operand<TFloat32>> weights) {
    Gradients gradients = tf.gradients(loss, weights);
    List<Operand<TFloat32>> each = new ArrayList<>();
    for (int i = 0; i < weights.size(); i++) {
      each.add(gradients.dy(i));
    }
    return each;
  }

  Graph graph() {
    return graph;
  }

  /** What a session trains it by; the tower that learns has dropout. */
  TrainingSession.Ends ends() {
    return ends;
  }

  /** Takes a batch of images. */
  Operand<TFloat32> images() {
    return images;
  }

  /** Takes the classes of a batch. */
  Operand<TInt32> labels() {
    return labels;
  }

  /** Examples of a batch classified rightly, without dropout. */
  Operand<TInt32> correct() {
    return correct;
  }

  /** The classes of a batch as the model sees them, without dropout. */
  Operand<TInt32> classes() {
    return classes;
  }

  /** The network's weights by name. */
  SortedMap<String, Operand<TFloat32>> weights() {
    return weights;
  }

  /** Makes the weights what is exported: their averages, where these are kept. */
  Op publish() {
    return publish;
  }

  @Override
  public void close() {
    graph.close();
  }
}
