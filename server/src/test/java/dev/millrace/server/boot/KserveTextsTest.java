package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.millrace.proto.inference.GRPCInferenceServiceGrpc;
import dev.millrace.proto.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import dev.millrace.proto.inference.InferParameter;
import dev.millrace.proto.inference.InferTensorContents;
import dev.millrace.proto.inference.ModelConfigRequest;
import dev.millrace.proto.inference.ModelInferRequest;
import dev.millrace.proto.inference.ModelInferRequest.InferInputTensor;
import dev.millrace.proto.inference.ModelInferRequest.InferRequestedOutputTensor;
import dev.millrace.proto.inference.ModelInferResponse;
import io.grpc.Status;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Triton's texts where a request has several tensors, strings, or parameters of each kind. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
final class KserveTextsTest {
  private DoorRig rig;
  private GRPCInferenceServiceBlockingStub stub;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    rig = DoorRig.start(folder, List.of());
    stub = GRPCInferenceServiceGrpc.newBlockingStub(rig.channel);
  }

  @AfterAll
  void stop() {
    rig.close();
  }

  @Test
  void modelInfer_inputsMissing_areListedBesideThoseThatCame() {
    ModelInferRequest.Builder request = ModelInferRequest.newBuilder().setModelName("product");
    assertRefused(
        request,
        "expected 2 inputs but got 0 inputs for model 'product'. Got input(s) [], but missing"
            + " required input(s) ['a','b']. Please provide all required input(s).");
    assertRefused(
        request.addInputs(input("a", "FP32", 1, 3).setContents(floats(1, 2, 3))),
        "expected 2 inputs but got 1 inputs for model 'product'. Got input(s) ['a'], but missing"
            + " required input(s) ['b']. Please provide all required input(s).");
  }

  @Test
  void modelInfer_aWrongShapeOfAModelThatBatches_explainsTheBatchDimension() {
    assertRefused(
        doubling(input("x", "FP32", 1, 3).setContents(floats(1, 2, 3))),
        "unexpected shape for input 'x' for model 'doubling'. Expected [-1,2], got [1,3]. NOTE:"
            + " Setting a non-zero max_batch_size in the model config requires a batch dimension to"
            + " be prepended to each input shape. If you want to specify the full shape including"
            + " the batch dim in your input dims config, try setting max_batch_size to zero. See"
            + " the model configuration docs for more info on max_batch_size.");
  }

  @Test
  void modelInfer_typedValuesOfAnotherType_nameBoth() {
    assertRefused(
        doubling(input("x", "FP16", 1, 2).setContents(floats(1, 2))),
        "unexpected explicit tensor data for input tensor 'x' for model 'doubling' of type 'FP32',"
            + " expected datatype 'FP16'");
    assertRefused(
        doubling(input("x", "FP32", 1, 2).setContents(strings("a", "b"))),
        "unexpected explicit tensor data for input tensor 'x' for model 'doubling' of type 'BYTES',"
            + " expected datatype 'FP32'");
    assertRefused(
        doubling(input("x", "BF16", 1, 2)),
        "unable to find data for input tensor 'x' for model 'doubling' in request.");
    assertRefused(
        doubling(input("x", "FP32", 1, 2).setContents(floats(1))),
        "input byte size mismatch for input 'x' for model 'doubling'. Expected 8, got 4");
    assertRefused(
        doubling(
            input("x", "UINT8", 1, 2)
                .setContents(
                    InferTensorContents.newBuilder().addUintContents(300).addUintContents(1))),
        "value 300 of input 'x' for model 'doubling' is out of the range of its datatype");
  }

  @Test
  void modelInfer_typedStringsTooFewOrTooMany_areCounted() {
    for (String[] values : new String[][] {{"a"}, {"a", "b", "c"}}) {
      assertRefused(
          ModelInferRequest.newBuilder()
              .setModelName("echo")
              .addInputs(input("text", "BYTES", 2).setContents(strings(values))),
          "expected 2 string elements for inference input 'text' for model 'echo', got "
              + values.length);
    }
  }

  @Test
  void modelInfer_shapesThatCannotBe_areRefused() {
    InferInputTensor.Builder deep = input("x", "FP32");
    for (int i = 0; i < 255; i++) {
      deep.addShape(1);
    }
    assertRefused(
        doubling(deep.setContents(floats(1))),
        "invalid shape of input 'x' for model 'doubling': it has more than 254 dimensions");
  }

  @Test
  void modelInfer_moreRowsThanTheBatchOfTheConfiguration_isRunInParts() {
    int most =
        stub.modelConfig(ModelConfigRequest.newBuilder().setName("doubling").build())
            .getConfig()
            .getMaxBatchSize();
    ModelInferResponse response =
        stub.modelInfer(
            ModelInferRequest.newBuilder()
                .setModelName("doubling")
                .addInputs(input("x", "FP32", most + 1, 2))
                .addRawInputContents(ByteString.copyFrom(new byte[8 * (most + 1)]))
                .build());
    assertThat(response.getOutputs(0).getShapeList()).containsExactly(most + 1L, 2L);
  }

  @Test
  void modelInfer_withoutAnIdOrAVersion_echoesNoneAndNamesTheVersion() {
    ModelInferResponse response = stub.modelInfer(KserveDoorTest.good().build());
    assertThat(response.getId()).isEmpty();
    assertThat(response.getModelName()).isEqualTo("doubling");
    assertThat(response.getModelVersion()).isEqualTo("2");
    assertThat(stub.modelInfer(KserveDoorTest.good().setId("7 ä").build()).getId())
        .isEqualTo("7 ä");
  }

  @Test
  void modelInfer_parameters_areOfTheirKindOrRefused() {
    assertParameterRefused(
        "sequence_id",
        flag(true),
        "'sequence_id' parameter, expected int64_param or string_param.");
    assertParameterRefused(
        "sequence_end", number(1), "'sequence_end' parameter, expected bool_param.");
    assertParameterRefused(
        "triton_enable_empty_final_response",
        number(1),
        "'triton_enable_empty_final_response' parameter, expected bool_param.");
    assertParameterRefused(
        "binary_data_output", text("yes"), "'binary_data_output' parameter, expected bool_param.");
    assertParameterRefused(
        "signature_name", number(1), "'signature_name' parameter, expected string_param.");
    DoorRig.assertRefused(
        () -> stub.modelInfer(good("timeout", number(-1))),
        Status.Code.INVALID_ARGUMENT,
        "invalid value for 'timeout', expected value >= 0.");
    for (InferParameter id : new InferParameter[] {number(7), text("seven")}) {
      assertThat(stub.modelInfer(good("sequence_id", id)).getOutputsCount()).isEqualTo(1);
    }
    assertThat(
            stub.modelInfer(good("triton_enable_empty_final_response", flag(true)))
                .getOutputsCount())
        .isEqualTo(1);
  }

  @Test
  void modelInfer_classification_isOfNumbersAndAWholeNumberItself() {
    ModelInferRequest.Builder request = KserveDoorTest.good();
    DoorRig.assertRefused(
        () -> stub.modelInfer(request.addOutputs(classified("y", text("1"))).build()),
        Status.Code.INVALID_ARGUMENT,
        "invalid value type for 'classification' parameter, expected int64_param");
    assertRefused(
        ModelInferRequest.newBuilder()
            .setModelName("echo")
            .addInputs(input("text", "BYTES", 1).setContents(strings("a")))
            .addOutputs(classified("echo", number(1))),
        "class result not available for output 'echo' due to unsupported type 'BYTES'");
  }

  private void assertRefused(ModelInferRequest.Builder request, String text) {
    DoorRig.assertRefused(
        () -> stub.modelInfer(request.build()), Status.Code.INVALID_ARGUMENT, text);
    assertThat(rig.server.openTensors()).isZero();
  }

  private void assertParameterRefused(String key, InferParameter value, String text) {
    DoorRig.assertRefused(
        () -> stub.modelInfer(good(key, value)),
        Status.Code.INVALID_ARGUMENT,
        "invalid value type for " + text);
  }

  private static ModelInferRequest good(String key, InferParameter value) {
    return KserveDoorTest.good().putParameters(key, value).build();
  }

  private static ModelInferRequest.Builder doubling(InferInputTensor.Builder input) {
    return ModelInferRequest.newBuilder().setModelName("doubling").addInputs(input);
  }

  private static InferInputTensor.Builder input(String name, String datatype, long... sizes) {
    InferInputTensor.Builder input =
        InferInputTensor.newBuilder().setName(name).setDatatype(datatype);
    for (long size : sizes) {
      input.addShape(size);
    }
    return input;
  }

  private static InferTensorContents.Builder floats(float... values) {
    InferTensorContents.Builder contents = InferTensorContents.newBuilder();
    for (float value : values) {
      contents.addFp32Contents(value);
    }
    return contents;
  }

  private static InferTensorContents.Builder strings(String... values) {
    InferTensorContents.Builder contents = InferTensorContents.newBuilder();
    for (String value : values) {
      contents.addBytesContents(ByteString.copyFromUtf8(value));
    }
    return contents;
  }

  private static InferRequestedOutputTensor classified(String name, InferParameter classes) {
    return InferRequestedOutputTensor.newBuilder()
        .setName(name)
        .putParameters("classification", classes)
        .build();
  }

  private static InferParameter flag(boolean value) {
    return InferParameter.newBuilder().setBoolParam(value).build();
  }

  private static InferParameter number(long value) {
    return InferParameter.newBuilder().setInt64Param(value).build();
  }

  private static InferParameter text(String value) {
    return InferParameter.newBuilder().setStringParam(value).build();
  }
}
