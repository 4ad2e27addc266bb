package dev.millrace.server.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.Signature;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorShapeProto;
import org.tensorflow.proto.VersionDef;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;

/** Tiny SavedModels, made by real TensorFlow for a test. */
public final class SmallModels {
  /** Values of a row of {@link #slow}. */
  public static final int SLOW_WIDTH = 1024;

  private SmallModels() {}

  /** {@code serving_default}: {@code x} float32 [-1,2] to {@code y} twice that. */
  public static void doubling(Path directory) throws IOException {
    try (Graph graph = new Graph();
        Session session = new Session(graph)) {
      Ops tf = Ops.create(graph);
      Operand<TFloat32> x =
          tf.withName("x").placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, 2)));
      Operand<TFloat32> y = tf.withName("y").math.mul(x, tf.constant(2f));
      export(
          directory,
          session,
          Signature.builder("serving_default")
              .methodName("tensorflow/serving/predict")
              .input("x", x)
              .output("y", y)
              .build());
    }
  }

  /** {@code serving_default}: {@code x} float32 [-1,2] to {@code y}, itself and a random number. */
  public static void noise(Path directory) throws IOException {
    try (Graph graph = new Graph();
        Session session = new Session(graph)) {
      Ops tf = Ops.create(graph);
      Operand<TFloat32> x =
          tf.withName("x").placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, 2)));
      Operand<TFloat32> y =
          tf.withName("y").math.add(x, tf.random.randomUniform(tf.shape(x), TFloat32.class));
      export(
          directory,
          session,
          Signature.builder("serving_default")
              .methodName("tensorflow/serving/predict")
              .input("x", x)
              .output("y", y)
              .build());
    }
  }

  /**
   * {@code serving_default}: {@code x} float32 [-1,1], whole numbers, to {@code label} int64 [-1],
   * that number and an offset, modulo ten.
   */
  public static void labels(Path directory, long offset) throws IOException {
    try (Graph graph = new Graph();
        Session session = new Session(graph)) {
      Ops tf = Ops.create(graph);
      Operand<TFloat32> x =
          tf.withName("x").placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, 1)));
      Operand<TInt64> number =
          tf.dtypes.cast(tf.reshape(x, tf.constant(new int[] {-1})), TInt64.class);
      Operand<TInt64> label =
          tf.withName("label")
              .math
              .floorMod(tf.math.add(number, tf.constant(offset)), tf.constant(10L));
      export(directory, session, predict().input("x", x).output("label", label).build());
    }
  }

  /** {@code serving_default}: {@code x} float32 [-1,-1] to {@code y}, x/2 + 2. */
  public static void half(Path directory) throws IOException {
    try (Graph graph = new Graph();
        Session session = new Session(graph)) {
      Ops tf = Ops.create(graph);
      Operand<TFloat32> x =
          tf.withName("x").placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, -1)));
      Operand<TFloat32> y =
          tf.withName("y").math.add(tf.math.mul(x, tf.constant(0.5f)), tf.constant(2f));
      export(
          directory,
          session,
          Signature.builder("serving_default")
              .methodName("tensorflow/serving/predict")
              .input("x", x)
              .output("y", y)
              .build());
    }
  }

  /**
   * {@code serving_default}: {@code text} string [-1] to {@code echo}, itself, and {@code size},
   * its length in bytes.
   */
  public static void echo(Path directory) throws IOException {
    try (Graph graph = new Graph();
        Session session = new Session(graph)) {
      Ops tf = Ops.create(graph);
      Operand<TString> text =
          tf.withName("text").placeholder(TString.class, Placeholder.shape(Shape.of(-1)));
      export(
          directory,
          session,
          Signature.builder("serving_default")
              .methodName("tensorflow/serving/predict")
              .input("text", text)
              .output("echo", tf.withName("echo").identity(text))
              .output(
                  "size",
                  tf.withName("size").dtypes.cast(tf.strings.stringLength(text), TInt64.class))
              .build());
    }
  }

  /** {@code classify_image}: takes a PNG, and always finds a 7 in it. */
  public static void pictures(Path directory) throws IOException {
    try (Graph graph = new Graph();
        Session session = new Session(graph)) {
      Ops tf = Ops.create(graph);
      Operand<TString> encoded =
          tf.withName("encoded").placeholder(TString.class, Placeholder.shape(Shape.of(-1)));
      Operand<TFloat32> pixels =
          tf.dtypes.cast(
              tf.image.decodePng(tf.reshape(encoded, tf.constant(new int[0])), TUint8.class),
              TFloat32.class);
      Operand<TFloat32> none =
          tf.math.mul(tf.reduceMax(pixels, tf.constant(new int[] {0, 1, 2})), tf.constant(0f));
      float[] row = new float[10];
      Arrays.fill(row, 0.01f);
      row[7] = 0.91f;
      export(
          directory,
          session,
          Signature.builder("classify_image")
              .methodName("tensorflow/serving/predict")
              .input("encoded", encoded)
              .output(
                  "probabilities",
                  tf.withName("probabilities").math.add(tf.constant(new float[][] {row}), none))
              .build());
    }
  }

  /**
   * {@code serving_default}: {@code x} float32 [-1,-1,-1,1] to {@code y}, a convolution of 3 x 3
   * without padding, and four channels.
   */
  public static void convolution(Path directory) throws IOException {
    try (Graph graph = new Graph();
        Session session = new Session(graph)) {
      Ops tf = Ops.create(graph);
      Operand<TFloat32> x =
          tf.withName("x").placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, -1, -1, 1)));
      Operand<TFloat32> kernel = tf.fill(tf.constant(new int[] {3, 3, 1, 4}), tf.constant(0.5f));
      Operand<TFloat32> y =
          tf.withName("y").nn.relu(tf.nn.conv2d(x, kernel, List.of(1L, 1L, 1L, 1L), "VALID"));
      export(directory, session, predict().input("x", x).output("y", y).build());
    }
  }

  /** {@code serving_default}: {@code a} float32 [-1,3] times {@code b} float32 [-1,1]. */
  public static void product(Path directory) throws IOException {
    try (Graph graph = new Graph();
        Session session = new Session(graph)) {
      Ops tf = Ops.create(graph);
      Operand<TFloat32> a =
          tf.withName("a").placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, 3)));
      Operand<TFloat32> b =
          tf.withName("b").placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, 1)));
      Operand<TFloat32> y = tf.withName("y").math.mul(a, b);
      export(directory, session, predict().input("a", a).input("b", b).output("y", y).build());
    }
  }

  /**
   * {@code serving_default}: {@code x} float32 [-1,1024] to {@code y}, itself, by way of so many
   * products with the unit matrix, each of which takes some tenths of a millisecond. NaN is
   * refused.
   */
  public static void slow(Path directory, int products) throws IOException {
    try (Graph graph = new Graph();
        Session session = new Session(graph)) {
      Ops tf = Ops.create(graph);
      Operand<TFloat32> x =
          tf.withName("x").placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, SLOW_WIDTH)));
      // Made by the graph: a constant of this size, used so often, takes TensorFlow seconds to
      // load.
      Operand<TFloat32> matrix =
          tf.oneHot(
              tf.range(tf.constant(0), tf.constant(SLOW_WIDTH), tf.constant(1)),
              tf.constant(SLOW_WIDTH),
              tf.constant(1f),
              tf.constant(0f));
      Operand<TFloat32> y = tf.debugging.checkNumerics(x, "x must be finite");
      for (int i = 0; i < products; i++) {
        y = tf.linalg.matMul(y, matrix);
      }
      export(directory, session, predict().input("x", x).output("y", y).build());
    }
  }

  /**
   * {@code serving_default}: {@code x} of one type and any shape to {@code y}, itself; written as a
   * bare graph.
   */
  public static void identity(Path directory, DataType dtype) throws IOException {
    AttrValue type = AttrValue.newBuilder().setType(dtype).build();
    AttrValue anyShape =
        AttrValue.newBuilder().setShape(TensorShapeProto.newBuilder().setUnknownRank(true)).build();
    NodeDef x =
        NodeDef.newBuilder()
            .setName("x")
            .setOp("Placeholder")
            .putAttr("dtype", type)
            .putAttr("shape", anyShape)
            .build();
    NodeDef y =
        NodeDef.newBuilder()
            .setName("y")
            .setOp("Identity")
            .addInput("x")
            .putAttr("T", type)
            .build();
    SavedModel model =
        SavedModel.newBuilder()
            .setSavedModelSchemaVersion(1)
            .addMetaGraphs(
                MetaGraphDef.newBuilder()
                    .setMetaInfoDef(MetaGraphDef.MetaInfoDef.newBuilder().addTags("serve"))
                    .setGraphDef(
                        GraphDef.newBuilder()
                            .addNode(x)
                            .addNode(y)
                            .setVersions(VersionDef.newBuilder().setProducer(1800)))
                    .putSignatureDef(
                        "serving_default",
                        SignatureDef.newBuilder()
                            .putInputs("x", info("x:0", dtype))
                            .putOutputs("y", info("y:0", dtype))
                            .build()))
            .build();
    Files.createDirectories(directory);
    Files.write(directory.resolve("saved_model.pb"), model.toByteArray());
  }

  private static Signature.Builder predict() {
    return Signature.builder("serving_default").methodName("tensorflow/serving/predict");
  }

  private static TensorInfo info(String name, DataType dtype) {
    return TensorInfo.newBuilder()
        .setName(name)
        .setDtype(dtype)
        .setTensorShape(TensorShapeProto.newBuilder().setUnknownRank(true))
        .build();
  }

  private static void export(Path directory, Session session, Signature signature)
      throws IOException {
    SavedModelBundle.exporter(directory.toString())
        .withTags("serve")
        .withSession(session)
        .withSignature(signature)
        .export();
  }
}
