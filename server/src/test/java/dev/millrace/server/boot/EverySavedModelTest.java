package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.common.util.concurrent.ListenableFuture;
import dev.millrace.server.boot.config.OptionSources;
import dev.millrace.server.boot.config.ServeOption;
import dev.millrace.server.testing.GoldenModel;
import dev.millrace.v1.DataType;
import dev.millrace.v1.InferenceServiceGrpc;
import dev.millrace.v1.ListModelsRequest;
import dev.millrace.v1.ModelServiceGrpc;
import dev.millrace.v1.ModelStatusRequest;
import dev.millrace.v1.ModelVersion;
import dev.millrace.v1.PredictRequest;
import dev.millrace.v1.PredictResponse;
import dev.millrace.v1.Tensor;
import dev.millrace.v1.VersionState;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** SavedModels of every kind, made by Python's TensorFlow, answer over gRPC as they do there. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
final class EverySavedModelTest {
  private static final int CALLERS = 16;

  private static MillraceServer server;
  private static ManagedChannel channel;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    for (String name : GoldenModel.names()) {
      GoldenModel.copy(name, folder.resolve("models").resolve(name).resolve("1"));
    }
    server =
        MillraceServer.start(
            OptionSources.merge(
                Map.of(
                    ServeOption.REPOSITORY, folder.resolve("models").toString(),
                    ServeOption.DATA_DIR, folder.resolve("state").toString(),
                    ServeOption.SCAN_INTERVAL, "50ms",
                    ServeOption.PORT, "0",
                    ServeOption.MANAGEMENT_PORT, "0"),
                Map.of(),
                ""));
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.port())
            .usePlaintext()
            .maxInboundMessageSize(16 << 20)
            .build();
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (ModelServiceGrpc.newBlockingStub(channel)
            .listModels(ListModelsRequest.newBuilder().setPageSize(100).build())
            .getModelsCount()
        < GoldenModel.names().size()) {
      assertThat(System.nanoTime()).as("the models are found in time").isLessThan(end);
    }
    server.awaitReady();
  }

  @AfterAll
  static void stop() {
    channel.shutdownNow();
    server.close();
  }

  @AfterEach
  void noTensorStaysOpen() {
    assertThat(server.openTensors()).isZero();
  }

  static List<String> names() throws Exception {
    return GoldenModel.names();
  }

  @ParameterizedTest
  @MethodSource("names")
  void predict_oneCallAfterTheOther_answersAsPythonDoes(String name) throws Exception {
    assertThat(version(name).getState())
        .as(version(name).getMessage())
        .isEqualTo(VersionState.VERSION_STATE_AVAILABLE);
    GoldenModel model = GoldenModel.read(name);
    for (GoldenModel.Call call : model.calls()) {
      assertAnswer(
          model, call, InferenceServiceGrpc.newBlockingStub(channel).predict(call.request()));
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void predict_sixteenAtOnce_eachAnswersAsPythonDoes(String name) throws Exception {
    if (name.equals("counter")) {
      return;
    }
    GoldenModel model = GoldenModel.read(name);
    for (GoldenModel.Call call : model.calls()) {
      for (PredictResponse response : atOnce(call.request())) {
        assertAnswer(model, call, response);
      }
    }
  }

  @Test
  void predict_signaturesThatCount_countEachRequestOnceAndNothingElse() throws Exception {
    long before = count();
    atOnce(PredictRequest.newBuilder().setModel("counter").setSignature("next").build());
    assertThat(count()).isEqualTo(before + CALLERS);
    PredictRequest rows =
        GoldenModel.read("counter").calls().stream()
            .map(GoldenModel.Call::request)
            .filter(request -> request.getInputsCount() > 0)
            .findFirst()
            .orElseThrow();
    atOnce(rows);
    assertThat(count()).isEqualTo(before + 2 * CALLERS);
  }

  @Test
  void predict_randomOp_drawsAnewForEachRequest() throws Exception {
    PredictRequest draw = GoldenModel.read("random").calls().get(0).request();
    assertThat(atOnce(draw).stream().map(response -> response.getOutputsOrThrow("y").getData()))
        .doesNotHaveDuplicates();
  }

  @Test
  void getModel_tensorsThatAreNotDense_leaveOutTheirSignatureAlone() {
    assertThat(version("tf1_sparse").getSignaturesMap()).containsOnlyKeys("serving_default");
    assertThat(version("tf2_ragged").getSignaturesMap())
        .containsOnlyKeys("serving_default", "ragged_in");
  }

  private static long count() {
    return InferenceServiceGrpc.newBlockingStub(channel)
        .predict(PredictRequest.newBuilder().setModel("counter").setSignature("read").build())
        .getOutputsOrThrow("count")
        .getData()
        .asReadOnlyByteBuffer()
        .order(ByteOrder.LITTLE_ENDIAN)
        .getLong();
  }

  private static List<PredictResponse> atOnce(PredictRequest request) throws Exception {
    List<ListenableFuture<PredictResponse>> calls = new ArrayList<>();
    for (int i = 0; i < CALLERS; i++) {
      calls.add(InferenceServiceGrpc.newFutureStub(channel).predict(request));
    }
    List<PredictResponse> responses = new ArrayList<>();
    for (ListenableFuture<PredictResponse> call : calls) {
      responses.add(call.get());
    }
    return responses;
  }

  private static ModelVersion version(String model) {
    return ModelServiceGrpc.newBlockingStub(channel)
        .modelStatus(ModelStatusRequest.newBuilder().setModel(model).build())
        .getModel()
        .getVersions(0);
  }

  private static void assertAnswer(
      GoldenModel model, GoldenModel.Call call, PredictResponse response) {
    assertThat(response.getOutputsMap()).containsOnlyKeys(call.outputs().keySet());
    call.outputs()
        .forEach(
            (name, expected) -> {
              Tensor got = response.getOutputsOrThrow(name);
              assertThat(got.getDtype()).as(name).isEqualTo(expected.getDtype());
              assertThat(got.getShapeList()).as(name).isEqualTo(expected.getShapeList());
              if (call.random()) {
                assertThat(got.getData().size()).isEqualTo(expected.getData().size());
              } else if (model.tolerance() > 0 && got.getDtype() == DataType.DATA_TYPE_FLOAT32) {
                assertNear(name, model.tolerance(), got, expected);
              } else {
                assertThat(got).as(name).isEqualTo(expected);
              }
            });
  }

  private static void assertNear(String name, double tolerance, Tensor got, Tensor expected) {
    ByteBuffer values = got.getData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer golden = expected.getData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    assertThat(values.remaining()).as(name).isEqualTo(golden.remaining());
    while (golden.hasRemaining()) {
      float value = golden.getFloat();
      assertThat(values.getFloat())
          .as(name)
          .isCloseTo(value, within((float) (tolerance * (1 + Math.abs(value)))));
    }
  }
}
