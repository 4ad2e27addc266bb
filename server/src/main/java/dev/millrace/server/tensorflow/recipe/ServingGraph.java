package dev.millrace.server.tensorflow.recipe;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.Signature;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;

/**
 * The graph of a finished model: the network without dropout and without optimiser, with an entry
 * for pixels, one for encoded pictures, and one that gives gradients by the pixels, which
 * explanations are made of. Pictures are taken as MNIST's: white on black.
 */
final class ServingGraph {
  /** Takes pixels, [-1, 28, 28, 1] in 0..1. */
  static final String PIXELS_SIGNATURE = Signature.DEFAULT_KEY;

  static final String PIXELS_INPUT = "images";

  /** Takes PNG or JPEG bytes, [-1]. */
  static final String PICTURES_SIGNATURE = "classify_image";

  static final String PICTURES_INPUT = "encoded";

  /** Takes pixels and the class of each row, and gives gradients by the pixels. */
  static final String GRADIENTS_SIGNATURE = "gradients";

  static final String TARGET_INPUT = "target";

  static final String TAG = SavedModelBundle.DEFAULT_TAG;

  private static final String METHOD = "tensorflow/serving/predict";

  private final MnistNetwork network;
  private final Signature pixels;
  private final Signature pictures;
  private final Signature gradients;

  private ServingGraph(Graph graph, NetworkForm form) {
    Ops tf = Ops.create(graph);
    network = new MnistNetwork(tf, form);
    Operand<TFloat32> images =
        tf.withName(PIXELS_INPUT)
            .placeholder(TFloat32.class, Placeholder.shape(MnistNetwork.IMAGES));
    Operand<TString> encoded =
        tf.withName(PICTURES_INPUT)
            .placeholder(TString.class, Placeholder.shape(Shape.of(Shape.UNKNOWN_SIZE)));
    pixels =
        tower(tf.withSubScope("pixels"), images)
            .key(PIXELS_SIGNATURE)
            .input(PIXELS_INPUT, images)
            .build();
    Ops picture = tf.withSubScope("pictures");
    pictures =
        tower(picture, ImageDecoding.add(picture.withSubScope("decode"), encoded))
            .key(PICTURES_SIGNATURE)
            .input(PICTURES_INPUT, encoded)
            .build();
    gradients = gradients(tf.withSubScope("explained"), images);
    SaverOps.add(tf, network.weights());
  }

  /** In a tower of its own, so that nothing of it is in the way of the others' fused ops. */
  private Signature gradients(Ops tf, Operand<TFloat32> images) {
    Operand<TInt64> target =
        tf.withName(TARGET_INPUT)
            .placeholder(TInt64.class, Placeholder.shape(Shape.of(Shape.UNKNOWN_SIZE)));
    Operand<TFloat32> chosen =
        tf.oneHot(target, tf.constant(MnistNetwork.CLASSES), tf.constant(1f), tf.constant(0f));
    Operand<TFloat32> logits =
        network.logits(tf, images, network.read(tf), UnaryOperator.identity());
    Operand<TFloat32> scores =
        tf.withName("scores").reduceSum(tf.math.mul(tf.nn.softmax(logits), chosen), tf.constant(1));
    Operand<TFloat32> loss = tf.nn.softmaxCrossEntropyWithLogits(logits, chosen).loss();
    return Signature.builder()
        .key(GRADIENTS_SIGNATURE)
        .methodName(METHOD)
        .input(PIXELS_INPUT, images)
        .input(TARGET_INPUT, target)
        .output("scores", scores)
        .output("gradients", byImages(tf.withSubScope("of_scores"), scores, images))
        .output("loss_gradients", byImages(tf.withSubScope("of_loss"), loss, images))
        .build();
  }

  private static Operand<TFloat32> byImages(
      Ops tf, Operand<TFloat32> values, Operand<TFloat32> images) {
    return tf.ensureShape(
        tf.gradients(values, List.of(images)).<TFloat32>dy(0), MnistNetwork.IMAGES);
  }

  private Signature.Builder tower(Ops tf, Operand<TFloat32> images) {
    Operand<TFloat32> logits =
        network.logits(tf, images, network.read(tf), UnaryOperator.identity());
    Operand<TFloat32> probabilities = tf.withName("probabilities").nn.softmax(logits);
    Operand<TInt64> classes = tf.withName("classes").math.argMax(logits, tf.constant(1));
    return Signature.builder()
        .methodName(METHOD)
        .output("logits", logits)
        .output("probabilities", probabilities)
        .output("classes", classes);
  }

  /**
   * Writes the weights of a checkpoint as a SavedModel.
   *
   * @param form of the network that was trained
   * @param directory must not exist
   */
  static void export(Checkpoint checkpoint, NetworkForm form, Path directory) throws IOException {
    try (Graph graph = new Graph()) {
      ServingGraph serving = new ServingGraph(graph, form);
      try (Session session = new Session(graph)) {
        checkpoint.restore(session);
        SavedModelBundle.exporter(directory.toString())
            .withTags(TAG)
            .withSession(session)
            .withSignature(serving.pixels)
            .withSignature(serving.pictures)
            .withSignature(serving.gradients)
            .export();
      }
    }
  }
}
