package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.linecorp.armeria.client.BlockingWebClient;
import com.linecorp.armeria.client.grpc.GrpcClients;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import dev.millrace.v1.InferenceServiceGrpc.InferenceServiceBlockingStub;
import dev.millrace.v1.ModelServiceGrpc.ModelServiceBlockingStub;
import dev.millrace.v1.WatchModelRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The services through the HTTP port, as gRPC and in both forms of gRPC-Web. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
final class HttpDoorTest {
  private DoorRig rig;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    rig = DoorRig.start(folder, List.of());
  }

  @AfterAll
  void stop() {
    rig.close();
  }

  private String uri(String scheme) {
    return scheme + "+http://127.0.0.1:" + rig.server.httpPort().getAsInt();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gproto", "gproto-web", "gproto-web-text"})
  void predict_throughTheHttpPort_answersAsTheGrpcPortDoes(String scheme) {
    InferenceServiceBlockingStub stub =
        GrpcClients.newClient(uri(scheme), InferenceServiceBlockingStub.class);
    assertThat(stub.predict(DoorRig.good().build()).getOutputsOrThrow("y"))
        .isEqualTo(DoorRig.floats(new long[] {1, 2}, 2, 4));
    StatusRuntimeException refused =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () -> stub.predict(DoorRig.good().setModel("nobody").build()));
    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
  }

  @Test
  void predict_aMessageThatMovesToAnotherThread_isReadWhole() {
    InferenceServiceBlockingStub stub =
        GrpcClients.newClient(uri("gproto-web"), InferenceServiceBlockingStub.class);
    float[] values = new float[2 * 100_000];
    values[199_999] = 3;
    float[] doubled = values.clone();
    doubled[199_999] = 6;
    assertThat(
            stub.predict(
                    DoorRig.good()
                        .putInputs("x", DoorRig.floats(new long[] {100_000, 2}, values))
                        .build())
                .getOutputsOrThrow("y"))
        .isEqualTo(DoorRig.floats(new long[] {100_000, 2}, doubled));
  }

  @Test
  void watchModel_asGrpcWeb_streams() {
    ModelServiceBlockingStub stub =
        GrpcClients.newClient(uri("gproto-web"), ModelServiceBlockingStub.class);
    assertThat(
            stub.watchModel(WatchModelRequest.newBuilder().setModel("echo").build())
                .next()
                .getVersion()
                .getName())
        .isEqualTo("models/echo/versions/1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"h1c", "h2c"})
  void body_ofBothVersionsOfHttp_isTakenOrRefusedForItsSize(String version) {
    BlockingWebClient client =
        BlockingWebClient.of(version + "://127.0.0.1:" + rig.server.httpPort().getAsInt());
    for (int i = 0; i < 3; i++) {
      AggregatedHttpResponse refused =
          client.execute(
              RequestHeaders.of(
                  HttpMethod.POST,
                  "/api/v1/models/doubling:predict",
                  HttpHeaderNames.CONTENT_TYPE,
                  MediaType.JSON),
              " ".repeat(5 << 20));
      assertThat(refused.status().code()).isEqualTo(413);
      assertThat(client.get("/api/v1/models").status().code()).isEqualTo(200);
    }
  }
}
