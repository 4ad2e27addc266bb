package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import dev.millrace.proto.tfserving.ModelConfig;
import dev.millrace.proto.tfserving.ModelConfigList;
import dev.millrace.proto.tfserving.ModelServerConfig;
import dev.millrace.proto.tfserving.ReloadConfigRequest;
import dev.millrace.server.testing.Http2Frames;
import dev.millrace.v1.InferenceServiceGrpc;
import dev.millrace.v1.ListModelsRequest;
import dev.millrace.v1.ModelServiceGrpc;
import dev.millrace.v1.PredictRequest;
import dev.millrace.v1.Tensor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The gRPC port as nobody means it well; a client that was there before is answered throughout. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
final class HostileGrpcTest {
  private static final String PREDICT =
      "/" + InferenceServiceGrpc.getPredictMethod().getFullMethodName();
  private static final int ATTACKS = 10_000;
  private static final int STREAMS = 1000;
  private static final int REFUSED_STREAM = 7;
  private static final int ENHANCE_YOUR_CALM = 11;

  private DoorRig rig;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    rig = DoorRig.start(folder, List.of());
  }

  @AfterAll
  void stop() {
    rig.close();
  }

  @AfterEach
  void answersStill() {
    assertThat(
            ModelServiceGrpc.newBlockingStub(rig.channel)
                .listModels(ListModelsRequest.getDefaultInstance())
                .getModelsList())
        .isNotEmpty();
    assertThat(rig.server.openTensors()).isZero();
  }

  // Row 15: streams that are opened only to be given up.
  @Test
  void streams_resetAsSoonAsTheyAreOpen_endTheConnection() throws Exception {
    Http2Frames frames = new Http2Frames();
    for (int i = 0; i < ATTACKS; i++) {
      frames.openCall(2 * i + 1, PREDICT).reset(2 * i + 1);
    }
    assertThat(frames.send(rig.server.port(), Http2Frames::goAway)).isEqualTo(ENHANCE_YOUR_CALM);
  }

  // Row 15: streams that are opened so that the server gives them up.
  @Test
  void streams_thatMakeTheServerReset_endTheConnection() throws Exception {
    Http2Frames frames = new Http2Frames();
    for (int i = 0; i < ATTACKS; i++) {
      frames.openCall(2 * i + 1, PREDICT).emptyWindowUpdate(2 * i + 1);
    }
    assertThat(frames.send(rig.server.port(), Http2Frames::goAway)).isEqualTo(ENHANCE_YOUR_CALM);
  }

  // Row 16: streams beyond the limit, by a client that never says that it read of the limit.
  @Test
  void streams_beyondTheLimitBeforeItIsAcknowledged_areRefused() throws Exception {
    int more = 50;
    Http2Frames frames = new Http2Frames();
    for (int i = 0; i < STREAMS + more; i++) {
      frames.openCall(2 * i + 1, PREDICT);
    }
    assertThat(frames.send(rig.server.port(), in -> Http2Frames.resets(in, more)))
        .isEqualTo(REFUSED_STREAM);
  }

  // Row 19: a message that is small until it is unpacked.
  @Test
  void message_aGzipBomb_isRefusedAtTheLimit() {
    PredictRequest zeros =
        PredictRequest.newBuilder()
            .setModel("models/doubling")
            .putInputs(
                "x", Tensor.newBuilder().setData(ByteString.copyFrom(new byte[64 << 20])).build())
            .build();
    InferenceServiceGrpc.InferenceServiceBlockingStub packed =
        InferenceServiceGrpc.newBlockingStub(rig.channel).withCompression("gzip");
    StatusRuntimeException refused =
        catchThrowableOfType(StatusRuntimeException.class, () -> packed.predict(zeros));
    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
  }

  // Row 1: what would make the server call somebody.
  @ParameterizedTest
  @CsvSource({
    "http://169.254.169.254/latest/meta-data, is no folder of this machine",
    "https://models.example.org/mnist, is no folder of this machine",
    "s3://bucket/mnist, is no folder of this machine",
    "gs://bucket/mnist, is no folder of this machine",
    "file:///etc, is not below a folder that callers may name",
    "//models.example.org/share, is not below a folder that callers may name"
  })
  void basePath_thatIsAnAddress_isRefused(String basePath, String why) {
    ReloadConfigRequest request =
        ReloadConfigRequest.newBuilder()
            .setConfig(
                ModelServerConfig.newBuilder()
                    .setModelConfigList(
                        ModelConfigList.newBuilder()
                            .addConfig(
                                ModelConfig.newBuilder()
                                    .setName("far")
                                    .setModelPlatform("tensorflow")
                                    .setBasePath(basePath))))
            .build();
    StatusRuntimeException refused =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () ->
                dev.millrace.proto.tfserving.ModelServiceGrpc.newBlockingStub(rig.channel)
                    .handleReloadConfigRequest(request));
    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(refused.getStatus().getDescription()).contains(why);
  }
}
