package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.millrace.proto.inference.DataType;
import dev.millrace.proto.inference.GRPCInferenceServiceGrpc;
import dev.millrace.proto.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import dev.millrace.proto.inference.InferBatchStatistics;
import dev.millrace.proto.inference.InferParameter;
import dev.millrace.proto.inference.InferStatistics;
import dev.millrace.proto.inference.InferTensorContents;
import dev.millrace.proto.inference.LogSettingsRequest;
import dev.millrace.proto.inference.ModelConfig;
import dev.millrace.proto.inference.ModelConfigRequest;
import dev.millrace.proto.inference.ModelInferRequest;
import dev.millrace.proto.inference.ModelInferRequest.InferInputTensor;
import dev.millrace.proto.inference.ModelInferRequest.InferRequestedOutputTensor;
import dev.millrace.proto.inference.ModelInferResponse;
import dev.millrace.proto.inference.ModelMetadataRequest;
import dev.millrace.proto.inference.ModelMetadataResponse;
import dev.millrace.proto.inference.ModelReadyRequest;
import dev.millrace.proto.inference.ModelStatistics;
import dev.millrace.proto.inference.ModelStatisticsRequest;
import dev.millrace.proto.inference.ServerLiveRequest;
import dev.millrace.proto.inference.ServerMetadataRequest;
import dev.millrace.proto.inference.ServerReadyRequest;
import dev.millrace.proto.inference.SystemSharedMemoryStatusRequest;
import dev.millrace.proto.inference.TraceSettingRequest;
import io.grpc.Status;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the Open Inference Protocol's door has beyond the contract of all doors. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
final class KserveDoorTest {
  private DoorRig rig;
  private GRPCInferenceServiceBlockingStub stub;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    rig = DoorRig.start(folder, List.of("mixed"));
    stub = GRPCInferenceServiceGrpc.newBlockingStub(rig.channel);
  }

  @AfterAll
  void stop() {
    rig.close();
  }

  @Test
  void server_whenReady_saysSoAndNamesWhatItDoes() {
    assertThat(stub.serverLive(ServerLiveRequest.getDefaultInstance()).getLive()).isTrue();
    assertThat(stub.serverReady(ServerReadyRequest.getDefaultInstance()).getReady()).isTrue();
    assertThat(stub.serverMetadata(ServerMetadataRequest.getDefaultInstance()))
        .satisfies(
            server -> {
              assertThat(server.getName()).isEqualTo("triton");
              assertThat(server.getExtensionsList())
                  .contains("statistics", "model_repository")
                  .doesNotContain("system_shared_memory", "sequence");
            });
  }

  @Test
  void modelReady_ofWhatIsThereAndWhatIsNot_isAnAnswerAlways() {
    assertThat(isReady("doubling", "")).isTrue();
    assertThat(isReady("doubling", "1")).isTrue();
    assertThat(isReady("doubling", "9")).isFalse();
    assertThat(isReady("broken", "")).isFalse();
    assertThat(isReady("broken", "1")).isFalse();
    assertThat(isReady("nobody", "")).isFalse();
    assertThat(isReady("", "")).isFalse();
  }

  @Test
  void modelMetadata_ofAModel_givesItsTensorsWithOpenSizesAndItsVersions() {
    ModelMetadataResponse metadata =
        stub.modelMetadata(ModelMetadataRequest.newBuilder().setName("mixed").build());
    assertThat(metadata.getPlatform()).isEqualTo("tensorflow_savedmodel");
    assertThat(metadata.getVersionsList()).containsExactly("1");
    assertThat(metadata.getInputsList())
        .extracting(input -> input.getName() + " " + input.getDatatype() + input.getShapeList())
        .containsExactly("a FP32[-1, 2]", "b INT64[-1]", "c BYTES[-1]", "d BOOL[-1, 1]");
    assertThat(metadata.getOutputsList())
        .extracting(output -> output.getName() + " " + output.getDatatype())
        .containsExactly("f32 FP32", "f64 FP64", "flag BOOL", "i64 INT64", "text BYTES");
    assertThat(
            stub.modelMetadata(ModelMetadataRequest.newBuilder().setName("doubling").build())
                .getVersionsList())
        .containsExactly("1", "2");
    DoorRig.assertRefused(
        () -> stub.modelMetadata(ModelMetadataRequest.newBuilder().setName("nobody").build()),
        Status.Code.NOT_FOUND,
        "Request for unknown model: 'nobody' is not found");
  }

  @Test
  void modelConfig_ofAModelThatBatches_leavesTheBatchOutOfItsDims() {
    ModelConfig config =
        stub.modelConfig(ModelConfigRequest.newBuilder().setName("doubling").build()).getConfig();
    assertThat(config.getMaxBatchSize()).isPositive();
    assertThat(config.getDynamicBatching().getPreferredBatchSizeList())
        .containsExactly(config.getMaxBatchSize());
    assertThat(config.getInput(0).getDataType()).isEqualTo(DataType.TYPE_FP32);
    assertThat(config.getInput(0).getDimsList()).containsExactly(2L);
    assertThat(config.getModelTransactionPolicy().getDecoupled()).isFalse();
  }

  @Test
  void modelInfer_unknownVersions_haveTritonsTexts() {
    assertInferRefused(
        request -> request.setModelVersion("0"),
        Status.Code.INVALID_ARGUMENT,
        "failed to get model version from specified version string '0'");
    assertInferRefused(
        request -> request.setModelName("Not A Name"),
        Status.Code.NOT_FOUND,
        "Request for unknown model: 'Not A Name' is not found");
  }

  @Test
  void modelInfer_wrongContents_haveTritonsTexts() {
    assertInferRefused(
        request -> request.addRawInputContents(ByteString.copyFrom(new byte[8])),
        Status.Code.INVALID_ARGUMENT,
        "contents field must not be specified when using raw_input_contents for 'x' for model"
            + " 'doubling'");
    assertInferRefused(
        request -> request.getInputsBuilder(0).setContents(ints(1, 2)),
        Status.Code.INVALID_ARGUMENT,
        "unexpected explicit tensor data for input tensor 'x' for model 'doubling' of type 'INT32',"
            + " expected datatype 'FP32'");
    assertInferRefused(
        request -> request.getInputsBuilder(0).clearContents(),
        Status.Code.INVALID_ARGUMENT,
        "unable to find data for input tensor 'x' for model 'doubling' in request.");
    assertInferRefused(
        request ->
            request
                .addInputs(request.getInputs(0).toBuilder().setName("z").clearContents())
                .addRawInputContents(ByteString.copyFrom(new byte[8]))
                .getInputsBuilder(0)
                .clearContents(),
        Status.Code.INVALID_ARGUMENT,
        "unable to find data for input tensor 'z' for model 'doubling' in request.");
    assertInferRefused(
        request ->
            request
                .addRawInputContents(ByteString.copyFrom(new byte[8]))
                .addRawInputContents(ByteString.copyFrom(new byte[8]))
                .getInputsBuilder(0)
                .clearContents(),
        Status.Code.INVALID_ARGUMENT,
        "unexpected additional input data for model 'doubling'");
    assertInferRefused(
        request -> request.getInputsBuilder(0).setDatatype("FLOAT"),
        Status.Code.INVALID_ARGUMENT,
        "unknown datatype 'FLOAT'");
    assertInferRefused(
        request -> request.addInputs(request.getInputs(0)),
        Status.Code.INVALID_ARGUMENT,
        "input 'x' already exists in request");
    assertInferRefused(
        request -> request.addOutputsBuilder().setName("y"),
        Status.Code.INVALID_ARGUMENT,
        "output 'y' already exists in request");
    assertInferRefused(
        request ->
            request
                .getInputsBuilder(0)
                .putParameters("shared_memory_region", parameter(p -> p.setStringParam("r"))),
        Status.Code.UNIMPLEMENTED,
        "shared memory is not supported");
  }

  @Test
  void modelInfer_brokenBytes_haveTritonsTexts() {
    assertBytesRefused(
        new byte[] {1, 0, 0, 0, 'a'},
        2,
        "expected 2 string elements for inference input 'text' for model 'echo', got 1");
    assertBytesRefused(
        new byte[] {0, 0, 0, 0, 0, 0, 0, 0},
        1,
        "unexpected number of string elements 2 for inference input 'text' for model 'echo',"
            + " expecting 1");
    assertBytesRefused(
        new byte[] {1, 0},
        1,
        "incomplete string length indicator for inference input 'text' for model 'echo', expecting"
            + " 4 bytes but only 2 bytes available.");
    assertBytesRefused(
        new byte[] {9, 0, 0, 0, 'a'},
        1,
        "incomplete string data for inference input 'text' for model 'echo', expecting string of"
            + " length 9 but only 1 bytes available.");
    assertBytesRefused(
        new byte[] {-1, -1, -1, -1, 'a'},
        1,
        "expecting string of length 4294967295 but only 1 bytes available.");
  }

  @Test
  void modelInfer_parametersOfTheWrongKind_areRefused() {
    assertParameterRefused(
        "timeout",
        p -> p.setStringParam("1"),
        "invalid value type for 'timeout' parameter, expected int64_param.");
    assertParameterRefused(
        "priority",
        p -> p.setBoolParam(true),
        "invalid value type for 'priority' parameter, expected int64_param or uint64_param.");
    assertParameterRefused(
        "priority", p -> p.setInt64Param(-1), "invalid value for 'priority', expected value >= 0.");
    assertParameterRefused(
        "sequence_start",
        p -> p.setInt64Param(1),
        "invalid value type for 'sequence_start' parameter, expected bool_param.");
    assertParameterRefused(
        "triton_x", p -> p.setInt64Param(1), "parameter keys starting with 'triton_' are reserved");
    ModelInferRequest.Builder request = good();
    request.putParameters("mine", parameter(p -> p.setStringParam("anything")));
    request.putParameters("priority", parameter(p -> p.setUint64Param(1)));
    assertThat(stub.modelInfer(request.build()).getOutputsCount()).isEqualTo(1);
  }

  @Test
  void modelInfer_aTimeoutTooShort_isUnavailableAndAnEndOfTheWait() {
    ModelInferRequest.Builder request =
        ModelInferRequest.newBuilder()
            .setModelName("slow")
            .putParameters("timeout", parameter(p -> p.setInt64Param(1)))
            .addRawInputContents(ByteString.copyFrom(new byte[4 * 1024]));
    request.addInputsBuilder().setName("x").setDatatype("FP32").addShape(1).addShape(1024);
    DoorRig.assertRefused(
        () -> stub.modelInfer(request.build()), Status.Code.UNAVAILABLE, "Request timeout expired");
    rig.awaitNoTensors();
  }

  @Test
  void modelInfer_classification_givesTheLargestOfEachRow() {
    ModelInferRequest.Builder request = good();
    request
        .getInputsBuilder(0)
        .clearShape()
        .addShape(2)
        .addShape(2)
        .setContents(floats(1, 2, 4, 3));
    request.addOutputs(classified("y", 1));
    ModelInferResponse response = stub.modelInfer(request.build());
    assertThat(response.getOutputs(0).getDatatype()).isEqualTo("BYTES");
    assertThat(response.getOutputs(0).getShapeList()).containsExactly(2L, 1L);
    assertThat(strings(response.getRawOutputContents(0)))
        .containsExactly("4.000000:1", "8.000000:0");
    request.setOutputs(0, classified("y", 9));
    assertThat(strings(stub.modelInfer(request.build()).getRawOutputContents(0)))
        .containsExactly("4.000000:1", "2.000000:0", "8.000000:0", "6.000000:1");
    request.setOutputs(0, classified("y", 0));
    DoorRig.assertRefused(
        () -> stub.modelInfer(request.build()),
        Status.Code.INVALID_ARGUMENT,
        "invalid value for 'classification' parameter");
  }

  @Test
  void modelStatistics_afterRequests_haveCountedThemAndTheirPhases() {
    ModelStatistics before = statistics("doubling", "1");
    for (int i = 0; i < 3; i++) {
      stub.modelInfer(good().setModelVersion("1").build());
    }
    DoorRig.assertRefused(
        () ->
            stub.modelInfer(
                good().setModelVersion("1").addOutputs(classified("nothing", 1)).build()),
        Status.Code.INVALID_ARGUMENT,
        "unexpected inference output 'nothing' for model 'doubling'");
    ModelStatistics after = statistics("doubling", "1");
    assertThat(after.getInferenceCount() - before.getInferenceCount()).isEqualTo(3);
    assertThat(after.getExecutionCount() - before.getExecutionCount()).isEqualTo(3);
    assertThat(after.getLastInference()).isGreaterThan(before.getLastInference());
    InferStatistics was = before.getInferenceStats();
    InferStatistics is = after.getInferenceStats();
    assertThat(is.getSuccess().getCount() - was.getSuccess().getCount()).isEqualTo(3);
    assertThat(is.getFail().getCount() - was.getFail().getCount()).isEqualTo(1);
    assertThat(is.getQueue().getCount() - was.getQueue().getCount()).isEqualTo(3);
    assertThat(is.getComputeInfer().getCount() - was.getComputeInfer().getCount()).isEqualTo(3);
    for (long nanos :
        new long[] {
          is.getComputeInput().getNs() - was.getComputeInput().getNs(),
          is.getComputeInfer().getNs() - was.getComputeInfer().getNs(),
          is.getComputeOutput().getNs() - was.getComputeOutput().getNs()
        }) {
      assertThat(nanos).isPositive();
    }
    assertThat(is.getSuccess().getNs() - was.getSuccess().getNs())
        .isGreaterThan(is.getComputeInfer().getNs() - was.getComputeInfer().getNs());
    assertThat(after.getBatchStatsList())
        .extracting(InferBatchStatistics::getBatchSize)
        .contains(1L);
    assertThat(
            stub.modelStatistics(ModelStatisticsRequest.getDefaultInstance()).getModelStatsList())
        .extracting(ModelStatistics::getName)
        .contains("doubling", "echo", "mixed");
  }

  @Test
  void settings_ofTraceAndLog_areToldAndCannotBeChanged() {
    assertThat(
            stub.traceSetting(TraceSettingRequest.getDefaultInstance())
                .getSettingsOrThrow("trace_level")
                .getValueList())
        .containsExactly("OFF");
    assertThat(
            stub.logSettings(LogSettingsRequest.getDefaultInstance())
                .getSettingsOrThrow("log_error")
                .getBoolParam())
        .isTrue();
    DoorRig.assertRefused(
        () ->
            stub.traceSetting(
                TraceSettingRequest.newBuilder()
                    .putAllSettings(
                        Map.of(
                            "trace_level", TraceSettingRequest.SettingValue.newBuilder().build()))
                    .build()),
        Status.Code.UNIMPLEMENTED,
        "trace settings cannot be changed");
  }

  @Test
  void sharedMemory_isUnimplemented() {
    DoorRig.assertRefused(
        () -> stub.systemSharedMemoryStatus(SystemSharedMemoryStatusRequest.getDefaultInstance()),
        Status.Code.UNIMPLEMENTED,
        "SystemSharedMemoryStatus");
  }

  static ModelInferRequest.Builder good() {
    return ModelInferRequest.newBuilder()
        .setModelName("doubling")
        .addInputs(
            InferInputTensor.newBuilder()
                .setName("x")
                .setDatatype("FP32")
                .addShape(1)
                .addShape(2)
                .setContents(floats(1, 2)));
  }

  private static InferTensorContents floats(float... values) {
    InferTensorContents.Builder contents = InferTensorContents.newBuilder();
    for (float value : values) {
      contents.addFp32Contents(value);
    }
    return contents.build();
  }

  private static InferTensorContents ints(int... values) {
    InferTensorContents.Builder contents = InferTensorContents.newBuilder();
    for (int value : values) {
      contents.addIntContents(value);
    }
    return contents.build();
  }

  private static InferParameter parameter(Consumer<InferParameter.Builder> value) {
    InferParameter.Builder builder = InferParameter.newBuilder();
    value.accept(builder);
    return builder.build();
  }

  private static InferRequestedOutputTensor classified(String name, int classes) {
    return InferRequestedOutputTensor.newBuilder()
        .setName(name)
        .putParameters("classification", parameter(p -> p.setInt64Param(classes)))
        .build();
  }

  private static List<String> strings(ByteString raw) {
    List<String> strings = new ArrayList<>();
    ByteBuffer bytes = raw.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      int length = bytes.getInt();
      strings.add(ByteString.copyFrom(bytes, length).toStringUtf8());
    }
    return strings;
  }

  private boolean isReady(String name, String version) {
    return stub.modelReady(ModelReadyRequest.newBuilder().setName(name).setVersion(version).build())
        .getReady();
  }

  private ModelStatistics statistics(String name, String version) {
    return stub.modelStatistics(
            ModelStatisticsRequest.newBuilder().setName(name).setVersion(version).build())
        .getModelStats(0);
  }

  private void assertInferRefused(
      Consumer<ModelInferRequest.Builder> change, Status.Code code, String text) {
    ModelInferRequest.Builder request = good().addOutputs(plain("y"));
    change.accept(request);
    DoorRig.assertRefused(() -> stub.modelInfer(request.build()), code, text);
  }

  private static InferRequestedOutputTensor plain(String name) {
    return InferRequestedOutputTensor.newBuilder().setName(name).build();
  }

  private void assertBytesRefused(byte[] raw, int elements, String text) {
    ModelInferRequest.Builder request =
        ModelInferRequest.newBuilder()
            .setModelName("echo")
            .addRawInputContents(ByteString.copyFrom(raw));
    request.addInputsBuilder().setName("text").setDatatype("BYTES").addShape(elements);
    DoorRig.assertRefused(
        () -> stub.modelInfer(request.build()), Status.Code.INVALID_ARGUMENT, text);
  }

  private void assertParameterRefused(
      String key, Consumer<InferParameter.Builder> value, String text) {
    assertInferRefused(
        request -> request.putParameters(key, parameter(value)),
        Status.Code.INVALID_ARGUMENT,
        text);
  }
}
