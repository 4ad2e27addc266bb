package dev.millrace.server.tensorflow.recipe;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.framework.initializers.Glorot;
import org.tensorflow.framework.initializers.He;
import org.tensorflow.framework.initializers.Initializer;
import org.tensorflow.framework.initializers.VarianceScaling.Distribution;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * The network: two convolutions of 5x5 with max-pooling, a hidden layer of 1024, and ten logits.
 * Its weights are shared by every tower that is built on it.
 */
final class CnnNetwork {
  /** Rows and columns of an image. */
  static final int IMAGE_SIZE = 28;

  /** Number of classes. */
  static final int CLASSES = 10;

  private static final int CONV1_CHANNELS = 32;
  private static final int CONV2_CHANNELS = 64;
  private static final int POOLED_SIZE = IMAGE_SIZE / 4;
  private static final int FLAT = POOLED_SIZE * POOLED_SIZE * CONV2_CHANNELS;
  private static final int HIDDEN = 1024;
  private static final List<Long> STRIDES = List.of(1L, 1L, 1L, 1L);

  private final Layer conv1;
  private final Layer conv2;
  private final Layer hidden;
  private final Layer logits;

  private record Layer(Weight kernel, Weight bias) {
    static Layer create(Ops tf, String scope, long... kernelSizes) {
      return new Layer(
          Weight.create(tf, scope, "kernel", kernelSizes),
          Weight.create(tf, scope, "bias", kernelSizes[kernelSizes.length - 1]));
    }
  }

  /** Dropout, or nothing in its place. */
  interface Regulariser {
    /** What the logits see of the hidden layer. */
    Operand<TFloat32> apply(Ops tf, Operand<TFloat32> hidden);
  }

  /** Adds the weights to a graph. */
  CnnNetwork(Ops tf) {
    conv1 = Layer.create(tf, "conv1", 5, 5, 1, CONV1_CHANNELS);
    conv2 = Layer.create(tf, "conv2", 5, 5, CONV1_CHANNELS, CONV2_CHANNELS);
    hidden = Layer.create(tf, "hidden", FLAT, HIDDEN);
    logits = Layer.create(tf, "logits", HIDDEN, CLASSES);
  }

  /** All weights. */
  List<Weight> weights() {
    return List.of(
        conv1.kernel, conv1.bias,
        conv2.kernel, conv2.bias,
        hidden.kernel, hidden.bias,
        logits.kernel, logits.bias);
  }

  /**
   * An op that gives every weight its initial value: He's for what a ReLU follows, Glorot's for the
   * logits.
   */
  Op initialise(Ops tf, long seed) {
    Ops init = tf.withSubScope("initialise");
    return init.withControlDependencies(
            assign(init, conv1, new He<>(Distribution.TRUNCATED_NORMAL, seed)),
            assign(init, conv2, new He<>(Distribution.TRUNCATED_NORMAL, seed + 1)),
            assign(init, hidden, new He<>(Distribution.TRUNCATED_NORMAL, seed + 2)),
            assign(init, logits, new Glorot<>(Distribution.TRUNCATED_NORMAL, seed + 3)))
        .noOp();
  }

  /** A tower: from images [n,28,28,1] in 0..1 to logits [n,10]. */
  Operand<TFloat32> tower(Ops tf, Operand<TFloat32> images, Regulariser regulariser) {
    Operand<TFloat32> pooled1 = convolve(tf, conv1, images);
    Operand<TFloat32> pooled2 = convolve(tf, conv2, pooled1);
    Operand<TFloat32> flat = tf.reshape(pooled2, tf.constant(new int[] {-1, FLAT}));
    Operand<TFloat32> active = tf.nn.relu(dense(tf, hidden, flat));
    return dense(tf, logits, regulariser.apply(tf, active));
  }

  private static Op assign(Ops tf, Layer layer, Initializer<TFloat32> initialiser) {
    Variable<TFloat32> kernel = layer.kernel.variable();
    Variable<TFloat32> bias = layer.bias.variable();
    Operand<TFloat32> initial =
        initialiser.call(tf, tf.constant(kernel.shape().asArray()), TFloat32.class);
    return tf.withControlDependencies(
            kernel.assign(tf, initial), bias.assign(tf, Zeros.of(tf, bias.shape())))
        .noOp();
  }

  private static Operand<TFloat32> convolve(Ops tf, Layer layer, Operand<TFloat32> input) {
    Operand<TFloat32> sums = tf.nn.conv2d(input, layer.kernel.value(), STRIDES, "SAME");
    Operand<TFloat32> active = tf.nn.relu(tf.nn.biasAdd(sums, layer.bias.value()));
    return tf.nn.maxPool(
        active, tf.constant(new int[] {1, 2, 2, 1}), tf.constant(new int[] {1, 2, 2, 1}), "SAME");
  }

  private static Operand<TFloat32> dense(Ops tf, Layer layer, Operand<TFloat32> input) {
    return tf.nn.biasAdd(tf.linalg.matMul(input, layer.kernel.value()), layer.bias.value());
  }
}
