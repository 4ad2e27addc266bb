package dev.millrace.server.tensorflow.inspect;

import static dev.millrace.server.testing.HostileModels.call;
import static dev.millrace.server.testing.HostileModels.change;
import static dev.millrace.server.testing.HostileModels.function;
import static dev.millrace.server.testing.HostileModels.init;
import static dev.millrace.server.testing.HostileModels.node;
import static dev.millrace.server.testing.HostileModels.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import dev.millrace.server.catalog.ServableSource;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ModelSettings;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.testing.GoldenModel;
import dev.millrace.server.testing.HostileModels;
import dev.millrace.server.testing.SmallModels;
import dev.millrace.server.testing.TrainableModels;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.proto.AssetFileDef;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.FunctionDefLibrary;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SaverDef;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

final class GraphInspectionTest {
  private static final String READ = "innocent";

  @TempDir private Path folder;
  private Path model;

  @BeforeEach
  void name() {
    model = folder.resolve("model");
  }

  static List<String> golden() throws IOException {
    return GoldenModel.names();
  }

  @ParameterizedTest
  @MethodSource("golden")
  void check_modelOfPythonsTensorFlow_isTaken(String name) throws IOException {
    GoldenModel.copy(name, model);
    inspect(InspectionLimits.DEFAULT);
  }

  @Test
  void check_modelOfJavasTensorFlow_isTaken() throws IOException {
    SmallModels.doubling(model);
    inspect(InspectionLimits.DEFAULT);
  }

  @Test
  void check_writeFileInMainOp_isRefusedByName() throws IOException {
    HostileModels.writingWhenLoaded(model, folder.resolve("marker"));
    assertRefused(
        "m version 1 is not taken: op 'WriteFile' in the graph tagged 'serve' reads or writes files");
    assertThat(folder.resolve("marker")).doesNotExist();
  }

  @Test
  void check_readFileInFunction_isRefusedWithTheFunction() throws IOException {
    HostileModels.readingInAFunction(model, folder.resolve("secret"));
    assertRefused("op 'ReadFile' in function 'innocent' reads or writes files");
  }

  @Test
  void check_opOfNobody_isRefused() throws IOException {
    change(model, graph -> graph.getGraphDefBuilder().addNode(node("harm", "Evil\nOp")));
    assertRefused("op 'Evil?Op' in the graph tagged 'serve' is none that this server knows");
  }

  @Test
  void check_secondMetaGraph_isInspectedToo() throws IOException {
    HostileModels.writingWhenLoaded(folder.resolve("other"), folder.resolve("marker"));
    SmallModels.doubling(model);
    try (var out =
        Files.newOutputStream(
            model.resolve("saved_model.pb"), java.nio.file.StandardOpenOption.APPEND)) {
      out.write(Files.readAllBytes(folder.resolve("other/saved_model.pb")));
    }
    assertRefused("op 'WriteFile'");
  }

  @Test
  void check_printToAFile_isRefused() throws IOException {
    change(
        model,
        graph -> {
          graph.getGraphDefBuilder().addNode(text("words", "hello"));
          graph
              .getGraphDefBuilder()
              .addNode(
                  node("harm", "PrintV2", "words").toBuilder()
                      .putAttr(
                          "output_stream",
                          AttrValue.newBuilder()
                              .setS(ByteString.copyFromUtf8("file:///tmp/harm"))
                              .build()));
        });
    assertRefused("op 'PrintV2' in the graph tagged 'serve' writes a file");
  }

  @Test
  void check_restoreInSignature_isRefused() throws IOException {
    change(
        model,
        graph -> {
          graph.getGraphDefBuilder().addNode(text("path", "/other/variables"));
          graph.getGraphDefBuilder().addNode(node("harm", "RestoreV2", "path", "path", "path"));
          HostileModels.output(graph, "harm:0");
        });
    assertRefused("op 'RestoreV2' in node 'harm' touches files when a signature runs");
  }

  @Test
  void check_saveSignatureToAFileOfItsChoice_isRefused() throws IOException {
    change(
        model,
        graph -> {
          graph.getGraphDefBuilder().addNode(text("path", "/tmp/harm"));
          graph.getGraphDefBuilder().addNode(node("harm", "SaveV2", "path", "path", "path"));
          graph.getGraphDefBuilder().addNode(node("done", "Identity", "path", "^harm"));
          graph.putSignatureDef(
              "save",
              SignatureDef.newBuilder()
                  .putOutputs("done", TensorInfo.newBuilder().setName("done:0").build())
                  .build());
        });
    assertRefused("op 'SaveV2' in the graph reads a file that is not the path that it is given");
  }

  @Test
  void check_trainableModelOfPythons_isTaken() {
    TrainableModels.softmax(model);
    inspect(InspectionLimits.DEFAULT);
  }

  @Test
  void check_saveInMainOp_isRefused() throws IOException {
    change(
        model,
        graph -> {
          graph.getGraphDefBuilder().addNode(text("path", "/tmp/harm"));
          graph.getGraphDefBuilder().addNode(node("harm", "SaveV2", "path", "path", "path"));
          init(graph, "harm");
        });
    assertRefused("op 'SaveV2' in node 'harm' touches files when the initialiser runs");
  }

  @Test
  void check_saveBehindRestore_isRefused() throws IOException {
    change(
        model,
        graph -> {
          graph.getGraphDefBuilder().addNode(text("path", "/tmp/harm"));
          graph.getGraphDefBuilder().addNode(node("harm", "SaveV2", "path", "path", "path"));
          graph.getGraphDefBuilder().addNode(node("restore", "NoOp", "^harm"));
          graph.setSaverDef(
              SaverDef.newBuilder().setFilenameTensorName("path:0").setRestoreOpName("restore"));
        });
    assertRefused("op 'SaveV2' in node 'harm' touches files when the restore op runs");
  }

  @Test
  void check_restoreOfAnotherModelsVariables_isRefused() throws IOException {
    change(
        model,
        graph -> {
          graph.getGraphDefBuilder().addNode(text("path", ""));
          graph.getGraphDefBuilder().addNode(text("other", "/other/variables"));
          graph.getGraphDefBuilder().addNode(node("harm", "RestoreV2", "other", "path", "path"));
          graph.getGraphDefBuilder().addNode(node("restore", "NoOp", "^harm"));
          graph.setSaverDef(
              SaverDef.newBuilder().setFilenameTensorName("path:0").setRestoreOpName("restore"));
        });
    assertRefused("op 'RestoreV2' in the graph reads a file that is not the model's own variables");
  }

  @Test
  void check_tableFromAnAsset_isTaken() throws IOException {
    change(model, table("asset"));
    inspect(InspectionLimits.DEFAULT);
  }

  @Test
  void check_tableFromAnyFile_isRefused() throws IOException {
    change(model, table("path"));
    assertRefused(
        "op 'InitializeTableFromTextFileV2' in the graph reads a file that is not an asset");
  }

  @Test
  void check_tableFromAnyFileByAnArgument_isRefused() throws IOException {
    change(model, tableInFunction("path"));
    assertRefused(
        "op 'InitializeTableFromTextFileV2' in function 'innocent' reads a file that is not an asset");
  }

  @Test
  void check_tableFromAnAssetByAnArgument_isTaken() throws IOException {
    change(model, tableInFunction("asset"));
    inspect(InspectionLimits.DEFAULT);
  }

  @Test
  void check_tableFromAVariableThatAnythingMayBeIn_isRefused() throws IOException {
    Consumer<MetaGraphDef.Builder> assigned =
        graph -> {
          graph.getGraphDefBuilder().addNode(node("variable", "VarHandleOp"));
          graph.getGraphDefBuilder().addNode(node("read", "ReadVariableOp", "variable"));
          graph
              .getGraphDefBuilder()
              .addNode(node("first", "AssignVariableOp", "variable", "asset"));
        };
    change(model, assigned.andThen(table("read")));
    inspect(InspectionLimits.DEFAULT);
    change(
        folder.resolve("other"),
        assigned
            .andThen(table("read"))
            .andThen(
                graph ->
                    graph
                        .getGraphDefBuilder()
                        .addNode(node("second", "AssignVariableOp", "variable", "path"))));
    model = folder.resolve("other");
    assertRefused(
        "op 'InitializeTableFromTextFileV2' in the graph reads a file that is not an asset");
  }

  @Test
  void check_tableWhenASignatureRuns_isRefused() throws IOException {
    change(
        model,
        table("asset")
            .andThen(
                graph -> {
                  graph.getGraphDefBuilder().addNode(node("again", "Identity", "x", "^fill"));
                  HostileModels.output(graph, "again:0");
                }));
    assertRefused(
        "op 'InitializeTableFromTextFileV2' in node 'fill' touches files when a signature runs");
  }

  @Test
  void check_assetOutside_isRefused() throws IOException {
    change(
        model,
        table("asset")
            .andThen(
                graph -> graph.getAssetFileDefBuilder(0).setFilename("../../other/1/words.txt")));
    assertRefused("asset '../../other/1/words.txt' lies outside of the model's assets");
  }

  @Test
  void check_functionThatCallsItself_isRefused() throws IOException {
    change(model, functions(function("loop").addNodeDef(call("again", "loop"))));
    assertRefused("function 'loop' calls itself");
  }

  @Test
  void check_functionsTooDeep_isRefused() throws IOException {
    FunctionDef.Builder[] chain = new FunctionDef.Builder[100];
    for (int i = 0; i < chain.length; i++) {
      chain[i] = function("f" + i);
      if (i > 0) {
        chain[i].addNodeDef(call("next", "f" + (i - 1)));
      }
    }
    change(model, functions(chain));
    assertRefused("its functions call one another more than 64 deep");
  }

  @Test
  void check_functionWithTheNameOfAnOp_isRefused() throws IOException {
    change(model, functions(function("Identity")));
    assertRefused("a function has the name of op 'Identity'");
  }

  @Test
  void check_moreNodesThanTheLimit_isRefusedWithIt() throws IOException {
    SmallModels.doubling(model);
    assertRefused(
        new InspectionLimits(1 << 20, 2, 10, 10, 1 << 20),
        "it has more than 2 nodes, which is the limit");
  }

  @Test
  void check_moreFunctionsThanTheLimit_isRefusedWithIt() throws IOException {
    change(model, functions(function("one"), function("two")));
    assertRefused(
        new InspectionLimits(1 << 20, 100, 1, 10, 1 << 20),
        "it has more than 1 functions, which is the limit");
  }

  @Test
  void check_fileLargerThanTheLimit_isRefusedUnread() throws IOException {
    SmallModels.doubling(model);
    assertRefused(new InspectionLimits(100, 100, 1, 10, 1 << 20), "bytes; at most 100 are taken");
  }

  @Test
  void check_constantThatUnfoldsToTerabytes_isRefused() throws IOException {
    change(
        model,
        graph ->
            graph
                .getGraphDefBuilder()
                .addNode(
                    node("bomb", "Const").toBuilder()
                        .putAttr(
                            "value",
                            AttrValue.newBuilder()
                                .setTensor(
                                    TensorProto.newBuilder()
                                        .setTensorShape(
                                            TensorShapeProto.newBuilder()
                                                .addDim(
                                                    TensorShapeProto.Dim.newBuilder()
                                                        .setSize(1L << 40)))
                                        .addFloatVal(1))
                                .build())));
    assertRefused("its constants take more than 2147483648 bytes");
  }

  @Test
  void check_otherFormBesideIt_isRefused() throws IOException {
    SmallModels.doubling(model);
    Files.writeString(model.resolve("saved_model.pbtxt"), "");
    assertRefused("it has a file saved_model.pbtxt");
  }

  @Test
  void check_truncatedFile_isLoadFailed() throws IOException {
    HostileModels.truncated(model);
    assertThatThrownBy(() -> inspect(InspectionLimits.DEFAULT))
        .isInstanceOfSatisfying(
            ServingException.class,
            error -> {
              assertThat(error.reason()).isEqualTo(ErrorReason.LOAD_FAILED);
              assertThat(error.message())
                  .isEqualTo("m version 1: saved_model.pb is damaged or cut off");
            });
  }

  @Test
  void check_messageNestedAThousandDeep_endsNoThread() throws IOException {
    byte[] inner = new byte[0];
    for (int i = 0; i < 1000; i++) {
      ByteArrayOutputStream outer = new ByteArrayOutputStream();
      CodedOutputStream coded = CodedOutputStream.newInstance(outer);
      // AttrValue.func.attr["a"] = AttrValue..., each three messages deeper.
      byte[] entry = field(2, inner);
      coded.writeByteArray(10, field(2, entry));
      coded.flush();
      inner = outer.toByteArray();
    }
    byte[] attribute = field(5, field(2, inner));
    Files.createDirectories(model);
    Files.write(model.resolve("saved_model.pb"), field(2, field(2, field(1, attribute))));
    assertThatThrownBy(() -> inspect(InspectionLimits.DEFAULT))
        .isInstanceOfSatisfying(
            ServingException.class,
            error -> assertThat(error.reason()).isEqualTo(ErrorReason.LOAD_FAILED));
  }

  private static byte[] field(int number, byte[] content) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    CodedOutputStream coded = CodedOutputStream.newInstance(out);
    coded.writeByteArray(number, content);
    coded.flush();
    return out.toByteArray();
  }

  private static Consumer<MetaGraphDef.Builder> functions(FunctionDef.Builder... functions) {
    return graph -> {
      FunctionDefLibrary.Builder library = graph.getGraphDefBuilder().getLibraryBuilder();
      List.of(functions).forEach(library::addFunction);
    };
  }

  /** A table that is filled after the load from a file that a node of the graph names. */
  private static Consumer<MetaGraphDef.Builder> table(String file) {
    return graph -> {
      names(graph);
      graph
          .getGraphDefBuilder()
          .addNode(node("fill", "InitializeTableFromTextFileV2", "table", file));
      init(graph, "fill");
    };
  }

  private static Consumer<MetaGraphDef.Builder> tableInFunction(String file) {
    return graph -> {
      names(graph);
      FunctionDef.Builder fill =
          function(READ)
              .addNodeDef(node("same", "Identity", "file"))
              .addNodeDef(node("fill", "InitializeTableFromTextFileV2", "file", "same:output:0"));
      fill.getSignatureBuilder().addInputArgBuilder().setName("file");
      functions(fill).accept(graph);
      graph.getGraphDefBuilder().addNode(node("named", "Identity", file));
      graph.getGraphDefBuilder().addNode(call("called", READ, "named"));
      init(graph, "called");
    };
  }

  private static void names(MetaGraphDef.Builder graph) {
    graph.getGraphDefBuilder().addNode(node("table", "HashTableV2"));
    graph.getGraphDefBuilder().addNode(text("asset", ""));
    graph.getGraphDefBuilder().addNode(text("path", "/etc/passwd"));
    graph.addAssetFileDef(
        AssetFileDef.newBuilder()
            .setFilename("words.txt")
            .setTensorInfo(TensorInfo.newBuilder().setName("asset:0")));
  }

  private void assertRefused(String words) {
    assertRefused(InspectionLimits.DEFAULT, words);
  }

  private void assertRefused(InspectionLimits limits, String words) {
    assertThatThrownBy(() -> inspect(limits))
        .isInstanceOfSatisfying(
            ServingException.class,
            error -> {
              assertThat(error.message()).contains(words);
              assertThat(error.reason()).isEqualTo(ErrorReason.MODEL_REFUSED);
            });
  }

  private void inspect(InspectionLimits limits) {
    new GraphInspection(limits)
        .check(
            new ServableSource(
                new VersionId(new ModelName("m"), 1), model, "", ModelSettings.DEFAULT));
  }
}
