package dev.millrace.server.tensorflow.recipe;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * The network of {@link MnistCnn} in one graph: its weights, and the towers that share them. Two
 * convolutions of 5x5 with 32 and 64 filters, each with ReLU and a max-pool of 2x2, a dense layer
 * of 1,024 with ReLU, and 10 logits.
 */
final class MnistNetwork {
  static final int HEIGHT = 28;
  static final int WIDTH = 28;
  static final int CLASSES = 10;

  /** Shape of a batch of images. */
  static final Shape IMAGES = Shape.of(Shape.UNKNOWN_SIZE, HEIGHT, WIDTH, 1);

  private static final int FLAT = HEIGHT / 4 * (WIDTH / 4) * 64;
  private static final int DENSE = 1024;

  private final List<ResourceVariable<TFloat32>> weights = new ArrayList<>();

  /** Adds the weights to a graph, without values. */
  MnistNetwork(Ops tf) {
    addLayer(tf, "conv1", Shape.of(5, 5, 1, 32));
    addLayer(tf, "conv2", Shape.of(5, 5, 32, 64));
    addLayer(tf, "dense", Shape.of(FLAT, DENSE));
    addLayer(tf, "logits", Shape.of(DENSE, CLASSES));
  }

  private void addLayer(Ops tf, String name, Shape kernel) {
    Ops layer = tf.withSubScope(name);
    weights.add(ResourceVariable.create(layer, name + "/kernel", TFloat32.class, kernel));
    Shape bias = Shape.of(kernel.get(kernel.numDimensions() - 1));
    weights.add(ResourceVariable.create(layer, name + "/bias", TFloat32.class, bias));
  }

  /** Kernel and bias of each layer, from the first to the last. */
  List<ResourceVariable<TFloat32>> weights() {
    return List.copyOf(weights);
  }

  /** The weights' values, in the order of {@link #weights()}. */
  List<Operand<TFloat32>> read(Ops tf) {
    List<Operand<TFloat32>> values = new ArrayList<>();
    weights.forEach(weight -> values.add(weight.read(tf)));
    return List.copyOf(values);
  }

  /**
   * Adds a tower.
   *
   * @param images {@link #IMAGES}, in 0..1
   * @param values of {@link #read}
   * @param dropout done to the dense layer's outputs; the identity where the model is only used
   * @return logits, [-1, 10]
   */
  static Operand<TFloat32> logits(
      Ops tf,
      Operand<TFloat32> images,
      List<Operand<TFloat32>> values,
      UnaryOperator<Operand<TFloat32>> dropout) {
    Operand<TFloat32> first =
        convolution(tf.withSubScope("conv1"), images, values.get(0), values.get(1));
    Operand<TFloat32> second =
        convolution(tf.withSubScope("conv2"), first, values.get(2), values.get(3));
    Ops dense = tf.withSubScope("dense");
    Operand<TFloat32> flat = dense.reshape(second, dense.array(-1, FLAT));
    Operand<TFloat32> features =
        dense.nn.relu(dense.nn.biasAdd(dense.linalg.matMul(flat, values.get(4)), values.get(5)));
    Ops last = tf.withSubScope("logits");
    return last.nn.biasAdd(
        last.linalg.matMul(dropout.apply(features), values.get(6)), values.get(7));
  }

  private static Operand<TFloat32> convolution(
      Ops tf, Operand<TFloat32> images, Operand<TFloat32> kernel, Operand<TFloat32> bias) {
    Operand<TFloat32> filtered = tf.nn.conv2d(images, kernel, List.of(1L, 1L, 1L, 1L), "SAME");
    Operand<TFloat32> active = tf.nn.relu(tf.nn.biasAdd(filtered, bias));
    return tf.nn.maxPool(active, tf.array(1, 2, 2, 1), tf.array(1, 2, 2, 1), "SAME");
  }
}
