package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.within;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import dev.millrace.server.testing.Door;
import dev.millrace.server.testing.GoldenModel;
import dev.millrace.server.testing.SmallModels;
import dev.millrace.v1.DataType;
import dev.millrace.v1.PredictRequest;
import dev.millrace.v1.PredictResponse;
import dev.millrace.v1.Tensor;
import io.grpc.CallOptions;
import io.grpc.Status;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.StreamObserver;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds through every door: the native API's and those of other servers' clients. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
final class DoorContractTest {
  private DoorRig rig;
  private List<Door> doors = List.of();

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    rig = DoorRig.start(folder, GoldenModel.names());
    doors = rig.doors();
  }

  @AfterAll
  void stop() {
    rig.close();
  }

  List<Door> doors() {
    return doors;
  }

  List<Arguments> goldenThroughDoors() throws Exception {
    List<Arguments> all = new ArrayList<>();
    for (Door door : doors) {
      for (String name : GoldenModel.names()) {
        // It counts its calls, so that it answers as in Python once only.
        if (!name.equals("counter")) {
          all.add(Arguments.of(door, name));
        }
      }
    }
    return all;
  }

  @ParameterizedTest
  @MethodSource("goldenThroughDoors")
  void predict_modelsFromPython_answersAsPythonDoes(Door door, String name) throws Exception {
    GoldenModel model = GoldenModel.read(name);
    for (GoldenModel.Call call : model.calls()) {
      // Its signature is for training, which one of the doors does not run; see its own test.
      if (call.request().getSignature().equals("train")
          || isTooLarge(call)
          // TensorFlow Serving's REST has no form for a call without inputs.
          || (DoorRig.isTfServingRest(door) && call.request().getInputsCount() == 0)
          || !call.request().getInputsMap().values().stream().allMatch(door::carries)
          || !call.outputs().values().stream().allMatch(door::carries)) {
        continue;
      }
      PredictResponse response = answer(door, call.request());
      assertThat(response.getModel()).isEqualTo("models/" + name + "/versions/1");
      if (DoorRig.isTfServingRest(door)) {
        assertThat(response.getOutputsMap())
            .containsKeys(call.outputs().keySet().toArray(String[]::new));
      } else {
        assertThat(response.getOutputsMap()).containsOnlyKeys(call.outputs().keySet());
      }
      call.outputs()
          .forEach(
              (output, expected) ->
                  assertTensor(model, call, output, response.getOutputsOrThrow(output), expected));
    }
    assertThat(rig.server.openTensors()).isZero();
  }

  @ParameterizedTest
  @MethodSource("doors")
  void predict_noVersionAndEachVersion_isAnsweredByTheOneMeant(Door door) throws Exception {
    assertThat(answer(door, DoorRig.good().build()).getModel())
        .isEqualTo("models/doubling/versions/2");
    for (int version : new int[] {1, 2}) {
      String name = "models/doubling/versions/" + version;
      PredictResponse response = answer(door, DoorRig.good().setModel(name).build());
      assertThat(response.getModel()).isEqualTo(name);
      assertThat(response.getOutputsOrThrow("y"))
          .isEqualTo(DoorRig.floats(new long[] {1, 2}, 2, 4));
    }
  }

  @ParameterizedTest
  @MethodSource("doors")
  void predict_aLabel_isAnsweredByItsVersion(Door door) throws Exception {
    PredictRequest request = DoorRig.good().setModel("models/doubling/labels/stable").build();
    assertThat(answer(door, request).getModel()).isEqualTo("models/doubling/versions/1");
  }

  List<Door> doorsThatChooseOutputs() {
    return doors.stream().filter(door -> !DoorRig.isTfServingRest(door)).toList();
  }

  @ParameterizedTest
  @MethodSource("doorsThatChooseOutputs")
  void predict_someOutputs_givesThoseAlone(Door door) throws Exception {
    PredictRequest.Builder request =
        PredictRequest.newBuilder()
            .setModel("echo")
            .putInputs(
                "text",
                Tensor.newBuilder()
                    .setDtype(DataType.DATA_TYPE_STRING)
                    .addShape(2)
                    .addStrings(ByteString.copyFromUtf8("a"))
                    .addStrings(ByteString.EMPTY)
                    .build());
    assertThat(answer(door, request.build()).getOutputsMap()).containsOnlyKeys("echo", "size");
    assertThat(answer(door, request.addOutputs("size").build()).getOutputsMap())
        .containsOnlyKeys("size");
  }

  @ParameterizedTest
  @MethodSource("doors")
  void predict_aMessageLargerThanTheLimit_isRefused(Door door) {
    PredictRequest.Builder request =
        DoorRig.good().putInputs("x", DoorRig.floats(new long[] {1 << 20, 2}, new float[2 << 20]));
    assertThat(refusal(door, request, CallOptions.DEFAULT).getCode())
        .isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
  }

  @ParameterizedTest
  @MethodSource("doors")
  void predict_deadlineBeforeTheEndOfTheRun_isDeadlineExceeded(Door door) {
    CallOptions soon = CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.MILLISECONDS);
    assertThat(refusal(door, slow(), soon).getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    rig.awaitNoTensors();
  }

  @ParameterizedTest
  @MethodSource("doors")
  void predict_cancelled_leavesNothingBehind(Door door) throws Exception {
    ListenableFuture<PredictResponse> call = door.predict(slow().build(), CallOptions.DEFAULT);
    call.cancel(true);
    assertThat(call.isCancelled()).isTrue();
    assertThat(answer(door, DoorRig.good().build()).getOutputsCount()).isEqualTo(1);
    rig.awaitNoTensors();
  }

  @ParameterizedTest
  @MethodSource("doors")
  void predict_wrongRequests_haveTheWiresOwnCodeAndText(Door door) throws Exception {
    for (DoorFault fault : DoorFault.values()) {
      Optional<DoorFault.Expected> expected = fault.expected(door);
      if (expected.isEmpty()) {
        continue;
      }
      Status status = refusal(door, fault.request(), CallOptions.DEFAULT);
      assertThat(status.getCode()).as("%s: %s", fault, status).isEqualTo(expected.get().code(door));
      assertThat(status.getDescription()).as(fault.name()).contains(expected.get().text());
    }
    assertThat(answer(door, DoorRig.good().build()).getOutputsCount()).isEqualTo(1);
    assertThat(rig.server.openTensors()).isZero();
  }

  @Test
  void reflection_ofTheForeignWires_findsTheirServicesAndMessages() throws Exception {
    for (String symbol :
        new String[] {
          "inference.GRPCInferenceService",
          "tensorflow.serving.PredictionService",
          "tensorflow.serving.ModelService",
          "tensorflow.TensorProto",
          "tensorflow.SignatureDef"
        }) {
      CompletableFuture<ServerReflectionResponse> answer = new CompletableFuture<>();
      StreamObserver<ServerReflectionRequest> questions =
          ServerReflectionGrpc.newStub(rig.channel).serverReflectionInfo(first(answer));
      questions.onNext(
          ServerReflectionRequest.newBuilder().setFileContainingSymbol(symbol).build());
      questions.onCompleted();
      assertThat(
              answer
                  .get(30, TimeUnit.SECONDS)
                  .getFileDescriptorResponse()
                  .getFileDescriptorProtoCount())
          .as(symbol)
          .isPositive();
    }
  }

  private static <A> StreamObserver<A> first(CompletableFuture<A> answer) {
    return new StreamObserver<>() {
      @Override
      public void onNext(A value) {
        answer.complete(value);
      }

      @Override
      public void onError(Throwable error) {
        answer.completeExceptionally(error);
      }

      @Override
      public void onCompleted() {}
    };
  }

  private static PredictRequest.Builder slow() {
    return PredictRequest.newBuilder()
        .setModel("slow")
        .putInputs(
            "x",
            DoorRig.floats(
                new long[] {4, SmallModels.SLOW_WIDTH}, new float[4 * SmallModels.SLOW_WIDTH]));
  }

  private static boolean isTooLarge(GoldenModel.Call call) {
    return call.request().getSerializedSize() > 3 << 20;
  }

  private static PredictResponse answer(Door door, PredictRequest request) throws Exception {
    return door.predict(request, CallOptions.DEFAULT).get();
  }

  private static Status refusal(Door door, PredictRequest.Builder request, CallOptions options) {
    Throwable error = catchThrowable(() -> door.predict(request.build(), options).get());
    assertThat(error).as(door + " " + request.getModel()).isInstanceOf(ExecutionException.class);
    return Status.fromThrowable(error);
  }

  private static void assertTensor(
      GoldenModel model, GoldenModel.Call call, String name, Tensor got, Tensor expected) {
    assertThat(got.getDtype()).as(name).isEqualTo(expected.getDtype());
    assertThat(got.getShapeList()).as(name).isEqualTo(expected.getShapeList());
    if (call.random()) {
      assertThat(got.getData().size()).isEqualTo(expected.getData().size());
    } else if (model.tolerance() > 0 && got.getDtype() == DataType.DATA_TYPE_FLOAT32) {
      ByteBuffer values = little(got);
      ByteBuffer golden = little(expected);
      assertThat(values.remaining()).as(name).isEqualTo(golden.remaining());
      while (golden.hasRemaining()) {
        float value = golden.getFloat();
        assertThat(values.getFloat())
            .as(name)
            .isCloseTo(value, within((float) (model.tolerance() * (1 + Math.abs(value)))));
      }
    } else {
      assertThat(got).as(name).isEqualTo(expected);
    }
  }

  private static ByteBuffer little(Tensor tensor) {
    return tensor.getData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }
}
