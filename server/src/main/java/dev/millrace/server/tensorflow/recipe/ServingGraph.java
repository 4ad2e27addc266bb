package dev.millrace.server.tensorflow.recipe;

import java.io.IOException;
import java.nio.file.Path;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.Signature;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;

/**
 * The network as it is served, without what only training needs: weights from a checkpoint, and two
 * signatures. Owns the graph and the session; confined to one thread.
 */
final class ServingGraph implements AutoCloseable {
  private static final String PREDICT = "tensorflow/serving/predict";
  private static final Shape IMAGES = Shape.of(-1, CnnNetwork.IMAGE_SIZE, CnnNetwork.IMAGE_SIZE, 1);

  private final Graph graph = new Graph();
  private final Session session;
  private final Signature fromPixels;
  private final Signature fromFiles;

  private record Answers(
      Operand<TFloat32> logits, Operand<TFloat32> probabilities, Operand<TInt64> classes) {}

  /** Builds the graph and reads its weights. */
  ServingGraph(Path checkpoint) {
    Ops tf = Ops.create(graph);
    CnnNetwork network = new CnnNetwork(tf);
    Operand<TFloat32> images = Variable.placeholder(tf, "images", TFloat32.class, IMAGES);
    Answers ofPixels = answer(tf.withSubScope("serving_default"), network, images);
    fromPixels = signature("serving_default", ofPixels).input("images", images).build();

    Operand<TString> encoded = Variable.placeholder(tf, "encoded", TString.class, Shape.of(-1));
    Ops classify = tf.withSubScope("classify_image");
    Answers ofFiles = answer(classify, network, EncodedImages.decode(classify, encoded));
    fromFiles = signature("classify_image", ofFiles).input("encoded", encoded).build();

    Saver.addTo(tf, network.weights().stream().<Variable<?>>map(Weight::variable).toList());
    session = new Session(graph);
    Saver.restore(session, checkpoint);
  }

  /** Writes a SavedModel into a folder that does not exist yet. */
  void export(Path directory) throws IOException {
    SavedModelBundle.exporter(directory.toString())
        .withTags("serve")
        .withSession(session)
        .withSignature(fromPixels)
        .withSignature(fromFiles)
        .export();
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }

  private static Answers answer(Ops tf, CnnNetwork network, Operand<TFloat32> images) {
    Operand<TFloat32> logits = network.tower(tf, images, (ops, hidden) -> hidden);
    return new Answers(
        logits, tf.nn.softmax(logits), tf.math.argMax(logits, tf.constant(1), TInt64.class));
  }

  private static Signature.Builder signature(String name, Answers answers) {
    return Signature.builder(name)
        .methodName(PREDICT)
        .output("logits", answers.logits())
        .output("probabilities", answers.probabilities())
        .output("classes", answers.classes());
  }
}
