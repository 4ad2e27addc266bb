package dev.millrace.server.tensorflow.recipe;

import dev.millrace.server.dataset.LabelledImages;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Gradients;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * What one would write by hand to train the recipe's network, and nothing more: no reports, no
 * checks, the images scaled beforehand. What the recipe's speed is measured against.
 */
final class BareTrainingLoop implements AutoCloseable {
  private static final int PIXELS = 28 * 28;

  private final Graph graph = new Graph();
  private final Ops tf = Ops.create(graph);
  private final Session session;
  private final List<Op> initial = new ArrayList<>();
  private final List<Output<?>> variables = new ArrayList<>();
  private final List<Operand<TFloat32>> reads = new ArrayList<>();
  private final Operand<TFloat32> imagesIn;
  private final Operand<TInt32> labelsIn;
  private final Operand<TFloat32> loss;
  private final List<Op> step = new ArrayList<>();

  private final float[] pixels;
  private final int[] classes;
  private final int batchSize;
  private final Random random = new Random(42);

  BareTrainingLoop(LabelledImages examples, int batchSize) {
    this.batchSize = batchSize;
    pixels = new float[examples.count() * PIXELS];
    classes = new int[examples.count()];
    for (int i = 0; i < examples.count(); i++) {
      examples.copyScaled(i, pixels, i * PIXELS);
      classes[i] = examples.label(i);
    }
    imagesIn = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, 28, 28, 1)));
    labelsIn = tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(-1)));
    Operand<TFloat32> x = convolve(imagesIn, Shape.of(5, 5, 1, 32));
    x = convolve(x, Shape.of(5, 5, 32, 64));
    x = tf.nn.relu(dense(tf.reshape(x, tf.array(-1, 3136)), Shape.of(3136, 1024)));
    Operand<TFloat32> kept =
        tf.dtypes.cast(
            tf.math.greaterEqual(
                tf.random.randomUniform(tf.shape(x), TFloat32.class), tf.constant(0.4f)),
            TFloat32.class);
    x = dense(tf.math.mul(x, tf.math.mul(kept, tf.constant(1 / 0.6f))), Shape.of(1024, 10));
    Operand<TFloat32> expected =
        tf.oneHot(labelsIn, tf.constant(10), tf.constant(1f), tf.constant(0f));
    loss = tf.math.mean(tf.nn.softmaxCrossEntropyWithLogits(x, expected).loss(), tf.constant(0));
    adam();
    session = new Session(graph);
    Session.Runner first = session.runner();
    initial.forEach(first::addTarget);
    first.run().close();
  }

  private Operand<TFloat32> convolve(Operand<TFloat32> x, Shape kernel) {
    Operand<TFloat32> weights = variable(kernel, 0.1f);
    Operand<TFloat32> bias = variable(Shape.of(kernel.get(3)), 0);
    Operand<TFloat32> filtered = tf.nn.conv2d(x, weights, List.of(1L, 1L, 1L, 1L), "SAME");
    return tf.nn.maxPool(
        tf.nn.relu(tf.nn.biasAdd(filtered, bias)),
        tf.array(1, 2, 2, 1),
        tf.array(1, 2, 2, 1),
        "SAME");
  }

  private Operand<TFloat32> dense(Operand<TFloat32> x, Shape kernel) {
    Operand<TFloat32> weights = variable(kernel, 0.05f);
    return tf.nn.biasAdd(tf.linalg.matMul(x, weights), variable(Shape.of(kernel.get(1)), 0));
  }

  private Operand<TFloat32> variable(Shape shape, float deviation) {
    Output<?> handle = handle(shape);
    Operand<TFloat32> drawn =
        tf.random.truncatedNormal(tf.constant(shape.asArray()), TFloat32.class);
    initial.add(tf.assignVariableOp(handle, tf.math.mul(drawn, tf.constant(deviation))));
    Operand<TFloat32> read = tf.readVariableOp(handle, TFloat32.class);
    variables.add(handle);
    reads.add(read);
    return read;
  }

  private Output<?> handle(Shape shape) {
    String name = "v" + initial.size();
    return tf.varHandleOp(TFloat32.class, shape, VarHandleOp.sharedName(name)).asOutput();
  }

  private void adam() {
    Gradients gradients = tf.gradients(loss, reads);
    Output<?> power1 = slot(Shape.scalar(), tf.constant(0.9f));
    Output<?> power2 = slot(Shape.scalar(), tf.constant(0.999f));
    Operand<TFloat32> read1 = tf.readVariableOp(power1, TFloat32.class);
    Operand<TFloat32> read2 = tf.readVariableOp(power2, TFloat32.class);
    for (int i = 0; i < variables.size(); i++) {
      Shape shape = reads.get(i).shape();
      Operand<TFloat32> zeros = tf.zeros(tf.constant(shape.asArray()), TFloat32.class);
      step.add(
          tf.train.resourceApplyAdam(
              variables.get(i),
              slot(shape, zeros),
              slot(shape, zeros),
              read1,
              read2,
              tf.constant(0.001f),
              tf.constant(0.9f),
              tf.constant(0.999f),
              tf.constant(1e-8f),
              gradients.<TFloat32>dy(i)));
    }
    Ops after = tf.withControlDependencies(List.copyOf(step));
    step.add(after.assignVariableOp(power1, after.math.mul(read1, after.constant(0.9f))));
    step.add(after.assignVariableOp(power2, after.math.mul(read2, after.constant(0.999f))));
  }

  private Output<?> slot(Shape shape, Operand<TFloat32> value) {
    Output<?> handle = handle(shape);
    initial.add(tf.assignVariableOp(handle, value));
    return handle;
  }

  /** Trains and gives the last loss. */
  float run(int steps) {
    float[] batch = new float[batchSize * PIXELS];
    int[] labels = new int[batchSize];
    float last = 0;
    for (int i = 0; i < steps; i++) {
      for (int j = 0; j < batchSize; j++) {
        int example = random.nextInt(classes.length);
        System.arraycopy(pixels, example * PIXELS, batch, j * PIXELS, PIXELS);
        labels[j] = classes[example];
      }
      try (TFloat32 images =
              TFloat32.tensorOf(Shape.of(batchSize, 28, 28, 1), DataBuffers.of(batch));
          TInt32 expected = TInt32.tensorOf(Shape.of(batchSize), DataBuffers.of(labels))) {
        Session.Runner runner =
            session.runner().feed(imagesIn, images).feed(labelsIn, expected).fetch(loss);
        step.forEach(runner::addTarget);
        try (Result result = runner.run()) {
          last = ((TFloat32) result.get(0)).getFloat();
        }
      }
    }
    return last;
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}
