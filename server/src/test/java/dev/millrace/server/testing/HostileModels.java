package dev.millrace.server.testing;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/**
 * SavedModels that do harm: the harmless one of {@link SmallModels#doubling}, changed node by node.
 */
public final class HostileModels {
  private static final String FILE = "saved_model.pb";
  private static final String INIT = "__saved_model_init_op";

  private HostileModels() {}

  /** Writes a file when it is loaded. */
  public static void writingWhenLoaded(Path directory, Path marker) throws IOException {
    change(
        directory,
        model -> {
          GraphDef.Builder graph = model.getGraphDefBuilder();
          graph.addNode(text("marker", marker.toString()));
          graph.addNode(text("content", "written"));
          graph.addNode(node("harm", "WriteFile", "marker", "content"));
          init(model, "harm");
        });
  }

  /** Reads a file, in a function that its signature calls. */
  public static void readingInAFunction(Path directory, Path secret) throws IOException {
    change(
        directory,
        model -> {
          model
              .getGraphDefBuilder()
              .getLibraryBuilder()
              .addFunction(
                  function("innocent")
                      .addNodeDef(text("secret", secret.toString()))
                      .addNodeDef(node("harm", "ReadFile", "secret:output:0"))
                      .putRet("out", "harm:contents:0"));
          model.getGraphDefBuilder().addNode(call("called", "innocent"));
          model.putSignatureDef(
              "serving_default",
              model.getSignatureDefOrThrow("serving_default").toBuilder()
                  .putOutputs("text", info("called:0", DataType.DT_STRING))
                  .build());
        });
  }

  /**
   * Ends the process when it runs: a convolution of a tensor of rank 2, whose rank no one can see
   * before, runs into a check inside of TensorFlow.
   */
  public static void aborting(Path directory) throws IOException {
    change(
        directory,
        model -> {
          GraphDef.Builder graph = model.getGraphDefBuilder();
          graph.addNode(ints("flat", 1, 2));
          graph.addNode(
              node("hidden", "PlaceholderWithDefault", "flat").toBuilder()
                  .putAttr("dtype", type(DataType.DT_INT32))
                  .putAttr("shape", shape(-1)));
          graph.addNode(
              node("reshaped", "Reshape", "x", "hidden").toBuilder()
                  .putAttr("T", type(DataType.DT_FLOAT))
                  .putAttr("Tshape", type(DataType.DT_INT32)));
          graph.addNode(ints("sizes", 1, 1, 1, 1));
          graph.addNode(
              NodeDef.newBuilder()
                  .setName("one")
                  .setOp("Const")
                  .putAttr("dtype", type(DataType.DT_FLOAT))
                  .putAttr(
                      "value",
                      tensor(
                          TensorProto.newBuilder()
                              .setDtype(DataType.DT_FLOAT)
                              .setTensorShape(TensorShapeProto.getDefaultInstance())
                              .addFloatVal(1))));
          graph.addNode(
              node("kernel", "Fill", "sizes", "one").toBuilder()
                  .putAttr("T", type(DataType.DT_FLOAT))
                  .putAttr("index_type", type(DataType.DT_INT32)));
          graph.addNode(
              node("harm", "Conv2D", "reshaped", "kernel").toBuilder()
                  .putAttr("T", type(DataType.DT_FLOAT))
                  .putAttr("padding", words("SAME"))
                  .putAttr("data_format", words("NHWC"))
                  .putAttr(
                      "strides",
                      AttrValue.newBuilder()
                          .setList(
                              AttrValue.ListValue.newBuilder().addAllI(List.of(1L, 1L, 1L, 1L)))
                          .build()));
          output(model, "harm:0");
        });
  }

  /** Never answers: waits for an element of a queue that nobody fills. */
  public static void hanging(Path directory) throws IOException {
    AttrValue types =
        AttrValue.newBuilder()
            .setList(AttrValue.ListValue.newBuilder().addType(DataType.DT_FLOAT))
            .build();
    change(
        directory,
        model -> {
          GraphDef.Builder graph = model.getGraphDefBuilder();
          graph.addNode(node("queue", "FIFOQueueV2").toBuilder().putAttr("component_types", types));
          graph.addNode(
              node("harm", "QueueDequeueV2", "queue").toBuilder()
                  .putAttr("component_types", types));
          init(model, "harm");
        });
  }

  /** Cut in the middle. */
  public static void truncated(Path directory) throws IOException {
    SmallModels.doubling(directory);
    byte[] whole = Files.readAllBytes(directory.resolve(FILE));
    Files.write(directory.resolve(FILE), Arrays.copyOf(whole, whole.length / 2));
  }

  /** With one of its files a link to somewhere else. */
  public static void linked(Path directory, Path elsewhere) throws IOException {
    SmallModels.doubling(directory);
    Files.createDirectories(directory.resolve("assets"));
    Files.createSymbolicLink(directory.resolve("assets/words.txt"), elsewhere);
  }

  /** Whatever else a test wants changed of the harmless model's graph. */
  public static void change(Path directory, Consumer<MetaGraphDef.Builder> change)
      throws IOException {
    SmallModels.doubling(directory);
    SavedModel.Builder model =
        SavedModel.parseFrom(Files.readAllBytes(directory.resolve(FILE))).toBuilder();
    change.accept(model.getMetaGraphsBuilder(0));
    Files.write(directory.resolve(FILE), model.build().toByteArray());
  }

  /** Runs an op after the load. */
  public static void init(MetaGraphDef.Builder model, String op) {
    model.putSignatureDef(
        INIT,
        SignatureDef.newBuilder()
            .putOutputs(INIT, TensorInfo.newBuilder().setName(op).build())
            .build());
  }

  /** Makes a tensor the output {@code y} of {@code serving_default}. */
  public static void output(MetaGraphDef.Builder model, String tensor) {
    model.putSignatureDef(
        "serving_default",
        model.getSignatureDefOrThrow("serving_default").toBuilder()
            .putOutputs("y", info(tensor, DataType.DT_FLOAT))
            .build());
  }

  /** A node without attributes. */
  public static NodeDef node(String name, String op, String... inputs) {
    return NodeDef.newBuilder().setName(name).setOp(op).addAllInput(List.of(inputs)).build();
  }

  /** A constant string. */
  public static NodeDef text(String name, String value) {
    return NodeDef.newBuilder()
        .setName(name)
        .setOp("Const")
        .putAttr("dtype", type(DataType.DT_STRING))
        .putAttr(
            "value",
            tensor(
                TensorProto.newBuilder()
                    .setDtype(DataType.DT_STRING)
                    .setTensorShape(TensorShapeProto.getDefaultInstance())
                    .addStringVal(ByteString.copyFromUtf8(value))))
        .build();
  }

  /** A function of no arguments with one string {@code out}, still without a body. */
  public static FunctionDef.Builder function(String name) {
    return FunctionDef.newBuilder()
        .setSignature(
            OpDef.newBuilder()
                .setName(name)
                .setIsStateful(true)
                .addOutputArg(
                    OpDef.ArgDef.newBuilder().setName("out").setType(DataType.DT_STRING)));
  }

  /** A node that calls a function, with strings for inputs and one string for an output. */
  public static NodeDef call(String name, String function, String... inputs) {
    AttrValue.ListValue.Builder in = AttrValue.ListValue.newBuilder();
    for (String input : inputs) {
      if (!input.startsWith("^")) {
        in.addType(DataType.DT_STRING);
      }
    }
    return node(name, "StatefulPartitionedCall", inputs).toBuilder()
        .putAttr("Tin", AttrValue.newBuilder().setList(in).build())
        .putAttr(
            "Tout",
            AttrValue.newBuilder()
                .setList(AttrValue.ListValue.newBuilder().addType(DataType.DT_STRING))
                .build())
        .putAttr(
            "f",
            AttrValue.newBuilder().setFunc(NameAttrList.newBuilder().setName(function)).build())
        .build();
  }

  private static NodeDef ints(String name, int... values) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setDtype(DataType.DT_INT32)
            .setTensorShape(
                TensorShapeProto.newBuilder()
                    .addDim(TensorShapeProto.Dim.newBuilder().setSize(values.length)));
    Arrays.stream(values).forEach(tensor::addIntVal);
    return NodeDef.newBuilder()
        .setName(name)
        .setOp("Const")
        .putAttr("dtype", type(DataType.DT_INT32))
        .putAttr("value", tensor(tensor))
        .build();
  }

  private static TensorInfo info(String name, DataType dtype) {
    return TensorInfo.newBuilder()
        .setName(name)
        .setDtype(dtype)
        .setTensorShape(TensorShapeProto.newBuilder().setUnknownRank(true))
        .build();
  }

  private static AttrValue type(DataType type) {
    return AttrValue.newBuilder().setType(type).build();
  }

  private static AttrValue words(String text) {
    return AttrValue.newBuilder().setS(ByteString.copyFromUtf8(text)).build();
  }

  private static AttrValue tensor(TensorProto.Builder tensor) {
    return AttrValue.newBuilder().setTensor(tensor).build();
  }

  private static AttrValue shape(long... sizes) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    Arrays.stream(sizes)
        .forEach(size -> shape.addDim(TensorShapeProto.Dim.newBuilder().setSize(size)));
    return AttrValue.newBuilder().setShape(shape).build();
  }
}
