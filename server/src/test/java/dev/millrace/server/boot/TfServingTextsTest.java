package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Int64Value;
import dev.millrace.proto.tensorflow.DataType;
import dev.millrace.proto.tensorflow.TensorProto;
import dev.millrace.proto.tensorflow.TensorShapeProto;
import dev.millrace.proto.tfserving.ClassificationRequest;
import dev.millrace.proto.tfserving.GetModelMetadataRequest;
import dev.millrace.proto.tfserving.InferenceTask;
import dev.millrace.proto.tfserving.ModelSpec;
import dev.millrace.proto.tfserving.MultiInferenceRequest;
import dev.millrace.proto.tfserving.PredictRequest;
import dev.millrace.proto.tfserving.PredictionServiceGrpc;
import dev.millrace.proto.tfserving.PredictionServiceGrpc.PredictionServiceBlockingStub;
import dev.millrace.proto.tfserving.RegressionRequest;
import io.grpc.Status;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** TensorFlow Serving's texts where names, tensors or examples are missing or wrong. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
final class TfServingTextsTest {
  private static final String NO_NAME = "ModelSpec has no name specified.";
  private static final String REGRESS = "tensorflow/serving/regress";

  private DoorRig rig;
  private PredictionServiceBlockingStub stub;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    rig = DoorRig.start(folder, List.of());
    stub = PredictionServiceGrpc.newBlockingStub(rig.channel);
  }

  @AfterAll
  void stop() {
    rig.close();
  }

  @Test
  void anyCall_withoutAName_saysSo() {
    DoorRig.assertRefused(
        () -> stub.classify(ClassificationRequest.getDefaultInstance()),
        Status.Code.INVALID_ARGUMENT,
        NO_NAME);
    DoorRig.assertRefused(
        () -> stub.regress(RegressionRequest.getDefaultInstance()),
        Status.Code.INVALID_ARGUMENT,
        NO_NAME);
    DoorRig.assertRefused(
        () ->
            stub.multiInference(
                MultiInferenceRequest.newBuilder()
                    .addTasks(InferenceTask.newBuilder().setMethodName(REGRESS))
                    .build()),
        Status.Code.INVALID_ARGUMENT,
        NO_NAME);
    DoorRig.assertRefused(
        () ->
            stub.getModelMetadata(
                GetModelMetadataRequest.newBuilder()
                    .setModelSpec(ModelSpec.getDefaultInstance())
                    .addMetadataField("signature_def")
                    .build()),
        Status.Code.INVALID_ARGUMENT,
        NO_NAME);
  }

  @Test
  void callsWithExamples_withoutAny_sayThatTheInputIsEmpty() {
    ModelSpec spec = ModelSpec.newBuilder().setName("echo").build();
    DoorRig.assertRefused(
        () -> stub.regress(RegressionRequest.newBuilder().setModelSpec(spec).build()),
        Status.Code.INVALID_ARGUMENT,
        "Input is empty.");
    DoorRig.assertRefused(
        () ->
            stub.multiInference(
                MultiInferenceRequest.newBuilder()
                    .addTasks(InferenceTask.newBuilder().setModelSpec(spec).setMethodName(REGRESS))
                    .build()),
        Status.Code.INVALID_ARGUMENT,
        "Input is empty.");
    DoorRig.assertRefused(
        () -> stub.multiInference(MultiInferenceRequest.getDefaultInstance()),
        Status.Code.INVALID_ARGUMENT,
        "Inference request contains no tasks");
  }

  @Test
  void predict_oneInputOfTwo_countsAndNamesThem() {
    DoorRig.assertRefused(
        () -> stub.predict(predict("product", "a", floats(1, 3).addFloatVal(1))),
        Status.Code.INVALID_ARGUMENT,
        "input size does not match signature: 1!=2 len({a}) != len({a,b}). Sent extra: {}. Missing"
            + " but required: {b}.");
  }

  @Test
  void predict_tensorsThatCannotBe_areParsingErrors() {
    assertUnreadable(
        floats(1, 2).setDtype(DataType.DT_INVALID), "expected a dtype such as DT_FLOAT, got none");
    assertUnreadable(
        floats(1, 2).setDtypeValue(99), "expected a dtype such as DT_FLOAT, got number 99");
    assertUnreadable(
        floats(1, 2).addFloatVal(1).addFloatVal(2).addFloatVal(3),
        "expected at most 2 values, got 3");
    assertUnreadable(
        floats(1, 2).setTensorContent(ByteString.copyFrom(new byte[9])),
        "expected tensor_content of 8 bytes for FLOAT32 [1,2], got 9");
    assertUnreadable(
        floats().setTensorShape(TensorShapeProto.newBuilder().setUnknownRank(true)),
        "no such shape: its rank is unknown");
    assertUnreadable(floats(-1, 2), "no such shape: dimension -1 is negative");
    assertUnreadable(
        floats(1, 1).setDtype(DataType.DT_UINT8).addIntVal(300),
        "value 300 is out of the range of its dtype");
    assertUnreadable(
        floats(1, 1).setDtype(DataType.DT_INT8).addIntVal(-129),
        "value -129 is out of the range of its dtype");
  }

  @Test
  void predict_byALabel_tellsTheWholeOfWhatAnswered() {
    PredictRequest request =
        predict("doubling", "x", floats(1, 2).addFloatVal(1)).toBuilder()
            .setModelSpec(ModelSpec.newBuilder().setName("doubling").setVersionLabel("stable"))
            .build();
    assertThat(stub.predict(request).getModelSpec())
        .isEqualTo(
            ModelSpec.newBuilder()
                .setName("doubling")
                .setVersion(Int64Value.of(1))
                .setSignatureName("serving_default")
                .build());
  }

  private void assertUnreadable(TensorProto.Builder x, String why) {
    DoorRig.assertRefused(
        () -> stub.predict(predict("doubling", "x", x)),
        Status.Code.INVALID_ARGUMENT,
        "tensor parsing error: x: " + why);
    assertThat(rig.server.openTensors()).isZero();
  }

  private static PredictRequest predict(String model, String alias, TensorProto.Builder tensor) {
    return PredictRequest.newBuilder()
        .setModelSpec(ModelSpec.newBuilder().setName(model))
        .putInputs(alias, tensor.build())
        .build();
  }

  private static TensorProto.Builder floats(long... sizes) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (long size : sizes) {
      shape.addDim(TensorShapeProto.Dim.newBuilder().setSize(size));
    }
    return TensorProto.newBuilder().setDtype(DataType.DT_FLOAT).setTensorShape(shape);
  }
}
