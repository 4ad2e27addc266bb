package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Int64Value;
import dev.millrace.proto.tensorflow.Code;
import dev.millrace.proto.tensorflow.DataType;
import dev.millrace.proto.tensorflow.Example;
import dev.millrace.proto.tensorflow.Feature;
import dev.millrace.proto.tensorflow.FloatList;
import dev.millrace.proto.tensorflow.SignatureDef;
import dev.millrace.proto.tensorflow.TensorProto;
import dev.millrace.proto.tensorflow.TensorShapeProto;
import dev.millrace.proto.tfserving.ClassificationRequest;
import dev.millrace.proto.tfserving.ClassificationResponse;
import dev.millrace.proto.tfserving.ExampleList;
import dev.millrace.proto.tfserving.ExampleListWithContext;
import dev.millrace.proto.tfserving.GetModelMetadataRequest;
import dev.millrace.proto.tfserving.GetModelMetadataResponse;
import dev.millrace.proto.tfserving.GetModelStatusRequest;
import dev.millrace.proto.tfserving.InferenceTask;
import dev.millrace.proto.tfserving.Input;
import dev.millrace.proto.tfserving.ModelServiceGrpc;
import dev.millrace.proto.tfserving.ModelServiceGrpc.ModelServiceBlockingStub;
import dev.millrace.proto.tfserving.ModelSpec;
import dev.millrace.proto.tfserving.ModelVersionStatus;
import dev.millrace.proto.tfserving.MultiInferenceRequest;
import dev.millrace.proto.tfserving.MultiInferenceResponse;
import dev.millrace.proto.tfserving.PredictRequest;
import dev.millrace.proto.tfserving.PredictionServiceGrpc;
import dev.millrace.proto.tfserving.PredictionServiceGrpc.PredictionServiceBlockingStub;
import dev.millrace.proto.tfserving.Regression;
import dev.millrace.proto.tfserving.RegressionRequest;
import dev.millrace.proto.tfserving.SignatureDefMap;
import io.grpc.Status;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What TensorFlow Serving's door has beyond the contract of all doors. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
final class TfServingDoorTest {
  private static final String MODEL = "tf1_examples";
  private static final String CLASSIFY = "tensorflow/serving/classify";
  private static final String REGRESS = "tensorflow/serving/regress";

  private DoorRig rig;
  private PredictionServiceBlockingStub stub;
  private ModelServiceBlockingStub models;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    rig = DoorRig.start(folder, List.of(MODEL));
    stub = PredictionServiceGrpc.newBlockingStub(rig.channel);
    models = ModelServiceGrpc.newBlockingStub(rig.channel);
  }

  @AfterAll
  void stop() {
    rig.close();
  }

  @Test
  void predict_fewerValuesThanElements_repeatsTheLast() {
    assertThat(doubled(floats(3, 2).addFloatVal(1).addFloatVal(2)))
        .containsExactly(2f, 4f, 4f, 4f, 4f, 4f);
    assertThat(doubled(floats(1, 2).addFloatVal(3))).containsExactly(6f, 6f);
    assertThat(doubled(floats(1, 2))).containsExactly(0f, 0f);
  }

  @Test
  void predict_oneValueForMoreMemoryThanThereIs_isRefused() {
    DoorRig.assertRefused(
        () -> doubled(floats(1L << 28, 2).addFloatVal(1)),
        Status.Code.RESOURCE_EXHAUSTED,
        "would take more than 16777216 bytes");
    TensorProto.Builder text =
        TensorProto.newBuilder()
            .setDtype(DataType.DT_STRING)
            .setTensorShape(shape(1L << 30))
            .addStringVal(ByteString.copyFromUtf8("a"));
    DoorRig.assertRefused(
        () ->
            stub.predict(
                PredictRequest.newBuilder()
                    .setModelSpec(spec("echo", ""))
                    .putInputs("text", text.build())
                    .build()),
        Status.Code.RESOURCE_EXHAUSTED,
        "would take more than 16777216 bytes");
  }

  @Test
  void predict_stringsAsContent_areReadAsTensorFlowWritesThem() {
    TensorProto text =
        TensorProto.newBuilder()
            .setDtype(DataType.DT_STRING)
            .setTensorShape(shape(3))
            .setTensorContent(ByteString.copyFrom(new byte[] {1, 0, 2, 'a', 'b', 'c'}))
            .build();
    PredictRequest.Builder request =
        PredictRequest.newBuilder().setModelSpec(spec("echo", "")).putInputs("text", text);
    assertThat(stub.predict(request.build()).getOutputsOrThrow("echo").getStringValList())
        .extracting(ByteString::toStringUtf8)
        .containsExactly("a", "", "bc");
    request.putInputs("text", text.toBuilder().setTensorShape(shape(7)).build());
    DoorRig.assertRefused(
        () -> stub.predict(request.build()),
        Status.Code.INVALID_ARGUMENT,
        "tensor parsing error: text");
  }

  @Test
  void predict_withoutANameOrWithAnOutputTwice_isRefused() {
    DoorRig.assertRefused(
        () -> stub.predict(PredictRequest.getDefaultInstance()),
        Status.Code.INVALID_ARGUMENT,
        "ModelSpec has no name specified.");
    DoorRig.assertRefused(
        () ->
            stub.predict(
                PredictRequest.newBuilder()
                    .setModelSpec(spec("doubling", ""))
                    .addOutputFilter("y")
                    .addOutputFilter("y")
                    .build()),
        Status.Code.INVALID_ARGUMENT,
        "duplicate output tensor alias: y");
    DoorRig.assertRefused(
        () ->
            stub.predict(
                PredictRequest.newBuilder()
                    .setModelSpec(
                        ModelSpec.newBuilder().setName("doubling").setVersion(Int64Value.of(-4)))
                    .build()),
        Status.Code.NOT_FOUND,
        "Servable not found for request: Specific(doubling, -4)");
  }

  @Test
  void predict_aSignatureForTraining_isNotRun() {
    DoorRig.assertRefused(
        () ->
            stub.predict(
                PredictRequest.newBuilder()
                    .setModelSpec(spec(MODEL, "train"))
                    .putInputs(
                        "x",
                        TensorProto.newBuilder()
                            .setDtype(DataType.DT_FLOAT)
                            .setTensorShape(shape(1))
                            .build())
                    .build()),
        Status.Code.INTERNAL,
        "Expected prediction signature method_name to be one of {tensorflow/serving/predict,"
            + " tensorflow/serving/classify, tensorflow/serving/regress}. Was:"
            + " tensorflow/supervised/training");
  }

  @Test
  void classify_examples_givesClassesAndScoresOfEach() {
    ClassificationResponse response =
        stub.classify(
            ClassificationRequest.newBuilder()
                .setModelSpec(ModelSpec.newBuilder().setName(MODEL))
                .setInput(examples(example(1, 2), example(3, 4)))
                .build());
    assertThat(response.getModelSpec())
        .isEqualTo(
            ModelSpec.newBuilder()
                .setName(MODEL)
                .setVersion(Int64Value.of(1))
                .setSignatureName("serving_default")
                .build());
    assertThat(response.getResult().getClassificationsList())
        .extracting(
            each ->
                each.getClassesList().stream()
                    .map(one -> one.getLabel() + " " + one.getScore())
                    .toList())
        .containsExactly(List.of("none 1.0", "none! 4.0"), List.of("none 3.0", "none! 8.0"));
    ClassificationResponse scores = stub.classify(classify("scores"));
    assertThat(scores.getResult().getClassifications(0).getClasses(1).getScore()).isEqualTo(4f);
    assertThat(scores.getResult().getClassifications(0).getClasses(1).getLabel()).isEmpty();
  }

  @Test
  void regress_examples_givesAValueForEach() {
    for (String signature : new String[] {"sum", "flat"}) {
      assertThat(stub.regress(regress(signature).build()).getResult().getRegressionsList())
          .extracting(Regression::getValue)
          .containsExactly(3f, 7f);
    }
    DoorRig.assertRefused(
        () -> stub.regress(regress("wide").build()),
        Status.Code.INVALID_ARGUMENT,
        "Expected output Tensor shape to be either [batch_size] or [batch_size, 1] but got [2,2]");
  }

  @Test
  void classifyAndRegress_aSignatureForSomethingElse_haveTensorFlowServingsTexts() {
    DoorRig.assertRefused(
        () -> stub.classify(classify("sum")),
        Status.Code.INVALID_ARGUMENT,
        "Expected classification signature method_name to be " + CLASSIFY + ". Was: " + REGRESS);
    DoorRig.assertRefused(
        () -> stub.regress(regress("predict").build()),
        Status.Code.INVALID_ARGUMENT,
        "Expected regression signature method_name to be "
            + REGRESS
            + ". Was: tensorflow/serving/predict");
    DoorRig.assertRefused(
        () -> stub.classify(classify("nope")),
        Status.Code.INVALID_ARGUMENT,
        "No signature was found with the name: nope");
    DoorRig.assertRefused(
        () -> stub.classify(classify("").toBuilder().clearInput().build()),
        Status.Code.INVALID_ARGUMENT,
        "Input is empty.");
    DoorRig.assertRefused(
        () -> stub.classify(classify("").toBuilder().setModelSpec(spec("nobody", "")).build()),
        Status.Code.NOT_FOUND,
        "Servable not found for request: Latest(nobody)");
  }

  @Test
  void regress_examplesWithContext_mergesItIntoEach() {
    Input.Builder input =
        Input.newBuilder()
            .setExampleListWithContext(
                ExampleListWithContext.newBuilder()
                    .addExamples(Example.getDefaultInstance())
                    .addExamples(Example.getDefaultInstance())
                    .setContext(example(1, 2)));
    assertThat(
            stub.regress(regress("sum").setInput(input).build()).getResult().getRegressionsList())
        .extracting(Regression::getValue)
        .containsExactly(3f, 3f);
    input.getExampleListWithContextBuilder().addExamples(example(5, 6));
    DoorRig.assertRefused(
        () -> stub.regress(regress("sum").setInput(input).build()),
        Status.Code.INVALID_ARGUMENT,
        "feature 'x' is both in the context and in an example");
  }

  @Test
  void multiInference_ofSeveralSignatures_answersEach() {
    MultiInferenceResponse response =
        stub.multiInference(
            multi()
                .addTasks(task("sum", REGRESS))
                .addTasks(task("serving_default", CLASSIFY))
                .build());
    assertThat(response.getResults(0).getRegressionResult().getRegressions(1).getValue())
        .isEqualTo(7f);
    assertThat(
            response
                .getResults(1)
                .getClassificationResult()
                .getClassifications(0)
                .getClassesCount())
        .isEqualTo(2);
    assertThat(response.getResults(1).getModelSpec().getVersion().getValue()).isEqualTo(1);
  }

  @Test
  void multiInference_ofWhatCannotBe_hasTensorFlowServingsTexts() {
    DoorRig.assertRefused(
        () ->
            stub.multiInference(
                multi()
                    .addTasks(task("sum", REGRESS))
                    .addTasks(task("flat", REGRESS).toBuilder().setModelSpec(spec("other", "flat")))
                    .build()),
        Status.Code.INVALID_ARGUMENT,
        "All ModelSpecs in a MultiInferenceRequest must access the same model name.");
    DoorRig.assertRefused(
        () ->
            stub.multiInference(
                multi().addTasks(task("sum", REGRESS)).addTasks(task("sum", REGRESS)).build()),
        Status.Code.INVALID_ARGUMENT,
        "Duplicate evaluation of signature: sum");
    DoorRig.assertRefused(
        () ->
            stub.multiInference(
                multi().addTasks(task("predict", "tensorflow/serving/predict")).build()),
        Status.Code.UNIMPLEMENTED,
        "Unsupported signature method_name: tensorflow/serving/predict");
  }

  @Test
  void getModelMetadata_ofAModel_givesItsSignatures() throws Exception {
    GetModelMetadataResponse response =
        stub.getModelMetadata(
            GetModelMetadataRequest.newBuilder()
                .setModelSpec(spec(MODEL, ""))
                .addMetadataField("signature_def")
                .build());
    SignatureDef classify =
        response
            .getMetadataOrThrow("signature_def")
            .unpack(SignatureDefMap.class)
            .getSignatureDefOrThrow("serving_default");
    assertThat(classify.getMethodName()).isEqualTo(CLASSIFY);
    assertThat(classify.getInputsOrThrow("inputs").getDtype()).isEqualTo(DataType.DT_STRING);
    assertThat(classify.getInputsOrThrow("inputs").getName()).isEqualTo("examples:0");
    assertThat(classify.getOutputsOrThrow("scores").getName()).isEqualTo("MatMul:0");
    assertThat(classify.getInputsOrThrow("inputs").getTensorShape().getDim(0).getSize())
        .isEqualTo(-1);
    assertThat(response.getModelSpec().getVersion().getValue()).isEqualTo(1);
    assertMetadataRefused(
        GetModelMetadataRequest.newBuilder().addMetadataField("signature_def"),
        Status.Code.INVALID_ARGUMENT,
        "Missing ModelSpec");
    assertMetadataRefused(
        GetModelMetadataRequest.newBuilder().setModelSpec(spec(MODEL, "")),
        Status.Code.INVALID_ARGUMENT,
        "GetModelMetadataRequest must specify at least one metadata_field");
    assertMetadataRefused(
        GetModelMetadataRequest.newBuilder()
            .setModelSpec(spec(MODEL, ""))
            .addMetadataField("graph"),
        Status.Code.INVALID_ARGUMENT,
        "Metadata field graph is not supported");
    assertMetadataRefused(
        GetModelMetadataRequest.newBuilder()
            .setModelSpec(spec("nobody", ""))
            .addMetadataField("signature_def"),
        Status.Code.NOT_FOUND,
        "Servable not found for request: Latest(nobody)");
  }

  @Test
  void getModelStatus_ofModels_mapsStatesAndErrors() {
    assertThat(status(ModelSpec.newBuilder().setName("doubling")))
        .extracting(
            version ->
                version.getVersion()
                    + " "
                    + version.getState()
                    + " "
                    + version.getStatus().getErrorCode())
        .containsExactly("2 AVAILABLE OK", "1 AVAILABLE OK");
    ModelVersionStatus broken = status(ModelSpec.newBuilder().setName("broken")).get(0);
    assertThat(broken.getState()).isEqualTo(ModelVersionStatus.State.END);
    assertThat(broken.getStatus().getErrorCode()).isNotEqualTo(Code.OK);
    assertThat(broken.getStatus().getErrorMessage()).isNotEmpty();
    DoorRig.assertRefused(
        () -> status(ModelSpec.newBuilder().setName("doubling").setVersion(Int64Value.of(9))),
        Status.Code.NOT_FOUND,
        "Could not find version 9 of model doubling");
    DoorRig.assertRefused(
        () -> status(ModelSpec.newBuilder().setName("nobody")),
        Status.Code.NOT_FOUND,
        "Could not find any versions of model nobody");
    DoorRig.assertRefused(
        () -> status(ModelSpec.newBuilder().setName("doubling").setVersionLabel("nope")),
        Status.Code.INVALID_ARGUMENT,
        "Unrecognized servable version label: nope");
    DoorRig.assertRefused(
        () -> models.getModelStatus(GetModelStatusRequest.getDefaultInstance()),
        Status.Code.INVALID_ARGUMENT,
        "Missing ModelSpec");
  }

  private List<ModelVersionStatus> status(ModelSpec.Builder spec) {
    return models
        .getModelStatus(GetModelStatusRequest.newBuilder().setModelSpec(spec).build())
        .getModelVersionStatusList();
  }

  private List<Float> doubled(TensorProto.Builder x) {
    return stub.predict(
            PredictRequest.newBuilder()
                .setModelSpec(spec("doubling", ""))
                .putInputs("x", x.build())
                .build())
        .getOutputsOrThrow("y")
        .getFloatValList();
  }

  private static TensorProto.Builder floats(long... sizes) {
    return TensorProto.newBuilder().setDtype(DataType.DT_FLOAT).setTensorShape(shape(sizes));
  }

  private static TensorShapeProto shape(long... sizes) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (long size : sizes) {
      shape.addDimBuilder().setSize(size);
    }
    return shape.build();
  }

  private static Example example(float... x) {
    FloatList.Builder values = FloatList.newBuilder();
    for (float value : x) {
      values.addValue(value);
    }
    Example.Builder example = Example.newBuilder();
    example.getFeaturesBuilder().putFeature("x", Feature.newBuilder().setFloatList(values).build());
    return example.build();
  }

  private static Input examples(Example... examples) {
    return Input.newBuilder()
        .setExampleList(ExampleList.newBuilder().addAllExamples(List.of(examples)))
        .build();
  }

  private static ModelSpec spec(String name, String signature) {
    return ModelSpec.newBuilder().setName(name).setSignatureName(signature).build();
  }

  private static ClassificationRequest classify(String signature) {
    return ClassificationRequest.newBuilder()
        .setModelSpec(spec(MODEL, signature))
        .setInput(examples(example(1, 2), example(3, 4)))
        .build();
  }

  private static RegressionRequest.Builder regress(String signature) {
    return RegressionRequest.newBuilder()
        .setModelSpec(spec(MODEL, signature))
        .setInput(examples(example(1, 2), example(3, 4)));
  }

  private static MultiInferenceRequest.Builder multi() {
    return MultiInferenceRequest.newBuilder().setInput(examples(example(1, 2), example(3, 4)));
  }

  private static InferenceTask task(String signature, String method) {
    return InferenceTask.newBuilder()
        .setModelSpec(spec(MODEL, signature))
        .setMethodName(method)
        .build();
  }

  private void assertMetadataRefused(
      GetModelMetadataRequest.Builder request, Status.Code code, String text) {
    DoorRig.assertRefused(() -> stub.getModelMetadata(request.build()), code, text);
  }
}
