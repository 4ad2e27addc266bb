package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.millrace.server.testing.GoldenModel;
import dev.millrace.v1.DataType;
import dev.millrace.v1.PredictRequest;
import dev.millrace.v1.Tensor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
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
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Shapes that a signature lets through and that TensorFlow's kernels do not take, some of which
 * would end this process.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
final class HostileShapeTest {
  private static GoldenServer server;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    server = GoldenServer.start(folder, List.of("open_rank", "open_size", "shapes"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @AfterEach
  void theServerLivesAndHoldsNoTensor() throws Exception {
    for (GoldenModel.Call call : GoldenModel.read("shapes").calls()) {
      server.predict(call.request());
    }
    assertThat(server.openTensors()).isZero();
  }

  @Test
  void getModel_openRankBeforeAConvolution_isBoundToWhatTheConvolutionTakes() {
    Map<String, Integer> ranks =
        Map.of("serving_default", 4, "expanded", 3, "branch", 4, "loop", 4, "volume", 5);
    ranks.forEach(
        (signature, rank) ->
            assertThat(
                    server
                        .version("open_rank")
                        .getSignaturesOrThrow(signature)
                        .getInputsOrThrow("x")
                        .getShapeList())
                .as(signature)
                .hasSize(rank)
                .containsOnly(-1L));
    assertThat(input("open_rank", "reshaped").getUnknownRank()).isTrue();
    assertThat(input("shapes", "serving_default").getUnknownRank()).isTrue();
  }

  @Test
  void getModel_ranksThatCannotBeTold_leaveTheirSignatureOutAndSayWhy() {
    assertThat(server.version("open_rank").getSignaturesMap())
        .doesNotContainKeys("unclear", "two_ranks", "scatter");
    assertThat(server.version("open_rank").getWarmUp().getSkippedList())
        .anyMatch(text -> text.contains("unclear: not served, no rank can be told behind Squeeze"))
        .anyMatch(text -> text.contains("two_ranks: not served, an input would have to be of two"))
        .anyMatch(text -> text.contains("scatter: not served, no rank can be told before Scatter"));
    assertThat(server.version("open_size").getSignaturesMap()).doesNotContainKey("up_to_fixed");
    assertThat(server.version("open_size").getWarmUp().getSkippedList())
        .anyMatch(text -> text.contains("up_to_fixed: not served, Conv2DBackpropInput"));
    assertThat(outcome("open_rank", "unclear", DataType.DATA_TYPE_FLOAT32, 4, 4))
        .isEqualTo(Status.Code.NOT_FOUND);
  }

  @ParameterizedTest
  @ValueSource(strings = {"serving_default", "expanded", "reshaped", "branch", "loop", "volume"})
  void predict_everyRank_isAnsweredOrRefused(String signature) {
    DataType dtype = input("open_rank", signature).getDtype();
    long[][] shapes = {
      {},
      {4},
      {4, 4},
      {2, 4, 4},
      {2, 4, 4, 1},
      {2, 4, 4, 1, 1},
      {1, 2, 4, 4, 1, 1},
      {0},
      {0, 4, 4, 1},
      {2, 0, 4, 1},
      {2, 4, 4, 0},
      {2, 1, 1, 1},
      {2, 4, 4, 3},
      {2, 1, 1, 1, 1},
      {1, 1, 1},
      {1, 1, 1, 1, 4},
      {16},
      {1, 1, 1, 1, 1, 1, 1, 1, 1}
    };
    for (long[] shape : shapes) {
      assertThat(outcome("open_rank", signature, dtype, shape))
          .as("%s %s", signature, java.util.Arrays.toString(shape))
          .isIn(Status.Code.OK, Status.Code.INVALID_ARGUMENT);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"serving_default", "strided", "up"})
  void predict_smallAndHugeImages_areAnsweredOrRefused(String signature) {
    int channels = signature.equals("up") ? 2 : 1;
    for (int height = 1; height <= 6; height++) {
      for (int width = 1; width <= 6; width++) {
        assertAnswered(signature, 1, height, width, channels);
      }
    }
    assertAnswered(signature, 1, 1000, 1000, channels);
    assertAnswered(signature, 1, 1, 100_000, channels);
    assertAnswered(signature, 1, 100_000, 1, channels);
    assertAnswered(signature, 10_000, 6, 6, channels);
    assertAnswered(signature, 100_000, 1, 1, channels);
  }

  private static void assertAnswered(String signature, long... shape) {
    assertThat(outcome("open_size", signature, DataType.DATA_TYPE_FLOAT32, shape))
        .as("%s %s", signature, java.util.Arrays.toString(shape))
        .isIn(Status.Code.OK, Status.Code.INVALID_ARGUMENT);
  }

  private static dev.millrace.v1.TensorSpec input(String model, String signature) {
    return server.version(model).getSignaturesOrThrow(signature).getInputsOrThrow("x");
  }

  private static Status.Code outcome(
      String model, String signature, DataType dtype, long... shape) {
    long count = 1;
    Tensor.Builder x = Tensor.newBuilder().setDtype(dtype);
    for (long size : shape) {
      x.addShape(size);
      count *= size;
    }
    int bytes = dtype == DataType.DATA_TYPE_UINT8 ? 1 : 4;
    x.setData(ByteString.copyFrom(new byte[(int) count * bytes]));
    PredictRequest.Builder request =
        PredictRequest.newBuilder()
            .setModel(model)
            .setSignature(signature)
            .putInputs("x", x.build());
    if (signature.equals("branch")) {
      request.putInputs("flip", scalar(DataType.DATA_TYPE_BOOL, 1));
    } else if (signature.equals("loop")) {
      request.putInputs("times", scalar(DataType.DATA_TYPE_INT32, 4));
    }
    try {
      server.predict(request.build());
      return Status.Code.OK;
    } catch (StatusRuntimeException refused) {
      return refused.getStatus().getCode();
    }
  }

  private static Tensor scalar(DataType dtype, int bytes) {
    byte[] one = new byte[bytes];
    one[0] = 1;
    return Tensor.newBuilder().setDtype(dtype).setData(ByteString.copyFrom(one)).build();
  }
}
