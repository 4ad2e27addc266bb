package dev.millrace.server.tensorflow.recipe;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.UnaryOperator;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * The network of {@link MnistCnn} in one graph: its weights, and the towers that share them. Two
 * blocks of convolutions with 32 and 64 filters, each convolution with ReLU and each block with a
 * max-pool of 2x2; a dense layer of 1,024 with ReLU, and 10 logits. A block is one convolution of
 * 5x5, or two of 3x3, which see as far with fewer weights and one more ReLU (Simonyan and
 * Zisserman, 2015).
 */
final class MnistNetwork {
  static final int HEIGHT = 28;
  static final int WIDTH = 28;
  static final int CLASSES = 10;

  /** Shape of a batch of images. */
  static final Shape IMAGES = Shape.of(Shape.UNKNOWN_SIZE, HEIGHT, WIDTH, 1);

  private static final int DENSE = 1024;

  private static final int[] FILTERS = {32, 64};

  private final NetworkForm form;
  private final int flat;
  private final List<ResourceVariable<TFloat32>> weights = new ArrayList<>();

  /** Adds the weights to a graph, without values. */
  MnistNetwork(Ops tf, NetworkForm form) {
    this.form = form;
    int channels = 1;
    for (int block = 0; block < FILTERS.length; block++) {
      for (int i = 0; i < form.convolutions(); i++) {
        addLayer(tf, convolutionName(block, i), form.kernel(channels, FILTERS[block]));
        channels = FILTERS[block];
      }
    }
    flat = form.left(HEIGHT, FILTERS.length) * form.left(WIDTH, FILTERS.length) * channels;
    addLayer(tf, "dense", Shape.of(flat, DENSE));
    addLayer(tf, "logits", Shape.of(DENSE, CLASSES));
  }

  private String convolutionName(int block, int i) {
    String name = "conv" + (block + 1);
    return form.convolutions() == 1 ? name : name + "_" + (i + 1);
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
  Operand<TFloat32> logits(
      Ops tf,
      Operand<TFloat32> images,
      List<Operand<TFloat32>> values,
      UnaryOperator<Operand<TFloat32>> dropout) {
    Iterator<Operand<TFloat32>> next = values.iterator();
    Operand<TFloat32> seen = images;
    for (int block = 0; block < FILTERS.length; block++) {
      Ops scope = tf;
      for (int i = 0; i < form.convolutions(); i++) {
        scope = tf.withSubScope(convolutionName(block, i));
        seen = convolution(scope, seen, next.next(), next.next());
      }
      seen = scope.nn.maxPool(seen, scope.array(1, 2, 2, 1), scope.array(1, 2, 2, 1), "SAME");
    }
    Ops dense = tf.withSubScope("dense");
    Operand<TFloat32> pixels = dense.reshape(seen, dense.array(-1, flat));
    Operand<TFloat32> features =
        dense.nn.relu(dense.nn.biasAdd(dense.linalg.matMul(pixels, next.next()), next.next()));
    Ops last = tf.withSubScope("logits");
    return last.nn.biasAdd(last.linalg.matMul(dropout.apply(features), next.next()), next.next());
  }

  private Operand<TFloat32> convolution(
      Ops tf, Operand<TFloat32> images, Operand<TFloat32> kernel, Operand<TFloat32> bias) {
    Operand<TFloat32> filtered =
        tf.nn.conv2d(images, kernel, List.of(1L, 1L, 1L, 1L), form.padding());
    return tf.nn.relu(tf.nn.biasAdd(filtered, bias));
  }
}
