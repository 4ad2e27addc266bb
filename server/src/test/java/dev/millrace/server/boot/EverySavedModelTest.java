package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.common.util.concurrent.ListenableFuture;
import dev.millrace.server.testing.GoldenModel;
import dev.millrace.v1.DataType;
import dev.millrace.v1.InferenceServiceGrpc;
import dev.millrace.v1.PredictRequest;
import dev.millrace.v1.PredictResponse;
import dev.millrace.v1.Tensor;
import dev.millrace.v1.VersionState;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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

  private static GoldenServer server;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    server = GoldenServer.start(folder, GoldenModel.names());
  }

  @AfterAll
  static void stop() {
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
    assertThat(server.version(name).getState())
        .as(server.version(name).getMessage())
        .isEqualTo(VersionState.VERSION_STATE_AVAILABLE);
    GoldenModel model = GoldenModel.read(name);
    for (GoldenModel.Call call : model.calls()) {
      assertAnswer(model, call, server.predict(call.request()));
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
    assertThat(server.version("tf1_sparse").getSignaturesMap()).containsOnlyKeys("serving_default");
    assertThat(server.version("tf2_ragged").getSignaturesMap())
        .containsOnlyKeys("serving_default", "ragged_in");
  }

  private static long count() {
    return server
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
      calls.add(InferenceServiceGrpc.newFutureStub(server.channel()).predict(request));
    }
    List<PredictResponse> responses = new ArrayList<>();
    for (ListenableFuture<PredictResponse> call : calls) {
      responses.add(call.get());
    }
    return responses;
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
