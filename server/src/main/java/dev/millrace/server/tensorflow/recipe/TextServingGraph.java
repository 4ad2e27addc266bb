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

/** The graph of a finished classifier of texts: strings in, labels and probabilities out. */
final class TextServingGraph {
  /** Takes texts, [-1] in UTF-8. */
  static final String SIGNATURE = Signature.DEFAULT_KEY;

  static final String INPUT = "text";

  private static final String METHOD = "tensorflow/serving/predict";

  private final Signature signature;

  private TextServingGraph(Graph graph, TextParameters parameters, List<String> labels) {
    Ops tf = Ops.create(graph);
    TextNetwork network = new TextNetwork(tf, parameters, labels.size());
    Operand<TString> texts =
        tf.withName(INPUT)
            .placeholder(TString.class, Placeholder.shape(Shape.of(Shape.UNKNOWN_SIZE)));
    WordRuns runs =
        WordRuns.of(tf.withSubScope("words"), texts, parameters.words(), parameters.buckets());
    Ops serve = tf.withSubScope("serve");
    Operand<TFloat32> logits = network.tower(serve, runs, UnaryOperator.identity()).logits();
    Operand<TInt64> classes = serve.withName("classes").math.argMax(logits, serve.constant(1));
    signature =
        Signature.builder()
            .key(SIGNATURE)
            .methodName(METHOD)
            .input(INPUT, texts)
            .output(
                "label",
                serve
                    .withName("label")
                    .gather(serve.array(labels.toArray(String[]::new)), classes, serve.constant(0)))
            .output("probabilities", serve.withName("probabilities").nn.softmax(logits))
            .output("classes", classes)
            .build();
    SaverOps.add(tf, network.weights());
  }

  /**
   * Writes the weights of a checkpoint as a SavedModel.
   *
   * @param directory must not exist
   */
  static void export(
      Checkpoint checkpoint, TextParameters parameters, List<String> labels, Path directory)
      throws IOException {
    try (Graph graph = new Graph()) {
      TextServingGraph serving = new TextServingGraph(graph, parameters, labels);
      try (Session session = new Session(graph)) {
        checkpoint.restore(session);
        SavedModelBundle.exporter(directory.toString())
            .withTags(ServingGraph.TAG)
            .withSession(session)
            .withSignature(serving.signature)
            .export();
      }
    }
  }
}
