package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.millrace.server.testing.Http;
import dev.millrace.server.testing.Pause;
import dev.millrace.server.testing.RunningServer;
import dev.millrace.server.testing.SmallModels;
import dev.millrace.v1.CreateTrainingJobRequest;
import dev.millrace.v1.InferenceServiceGrpc;
import dev.millrace.v1.ModelServiceGrpc;
import dev.millrace.v1.ModelStatusRequest;
import dev.millrace.v1.PredictRequest;
import dev.millrace.v1.PromoteRequest;
import dev.millrace.v1.SetLabelRequest;
import dev.millrace.v1.Tensor;
import dev.millrace.v1.TrainingServiceGrpc;
import dev.millrace.v1.TrainingSpec;
import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What clients send over HTTP and gRPC, as the log of the real program has it. */
@Timeout(300)
final class HttpLogIT {
  private static final String SECRET = "mr_S3cretThatNobodyMayRead";
  private static final String CANARY = "canary-of-a-payload";
  private static final String FORGED = "2026-01-01T00:00:00.000Z ERROR [main] Forged - ";

  @TempDir private Path folder;

  @Test
  void log_ofHostileRequests_hasNoLineOfTheirsNoColourAndNoSecret() throws Exception {
    SmallModels.doubling(folder.resolve("saved_models/doubling/1"));
    try (RunningServer server =
        RunningServer.start(folder, Map.of("MILLRACE_LOG_LEVEL", "DEBUG"))) {
      Http http = new Http(Integer.parseInt(server.httpAddress().split(":")[1]));
      awaitAvailable(http);
      for (String path :
          List.of(
              "/api/v1/models/a%0a" + FORGED.replace(" ", "%20") + "%1b[31m",
              "/api/v1/models/%0d%0a%1b[2J",
              "/nothing/%0a%1b[31m?secret=" + SECRET)) {
        String answer =
            http.raw(
                "GET "
                    + path
                    + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nAuthorization: Bearer "
                    + SECRET
                    + "\r\n\r\n");
        assertThat(answer).containsPattern("^HTTP/1.1 40[04]");
      }
      String told = "\\n" + FORGED + "\\u001b[31m";
      HttpResponse<byte[]> set =
          http.send(
              http.request("/api/v1/models/doubling/labels/stable")
                  .header("authorization", "Bearer " + SECRET)
                  .header("content-type", "application/json")
                  .PUT(BodyPublishers.ofString("{\"version\": 1, \"reason\": \"" + told + "\"}")));
      assertThat(set.statusCode()).as(Http.text(set)).isIn(200, 400);
      http.send(
          "POST",
          "/api/v1/models/doubling:predict",
          "{\"inputs\": {\"" + CANARY + told + "\": {}}}");
      http.send("POST", "/api/v1/trainingJobs", "{\"recipe\": \"x" + told + "\"}");
      overGrpc(server.address(), "\n" + FORGED + "\u001b[31m");
      assertThat(server.stop()).isZero();
    }
    String log = Files.readString(folder.resolve("server.log"));
    assertThat(log).contains("draining").doesNotContain(SECRET, CANARY, "\u001b");
    assertThat(log.lines()).noneMatch(line -> line.startsWith(FORGED));
  }

  /** Names and words of every form that gRPC lets through, which is any. */
  private static void overGrpc(String address, String told) {
    ManagedChannel channel = NettyChannelBuilder.forTarget(address).usePlaintext().build();
    try {
      Metadata secret = new Metadata();
      secret.put(
          Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + SECRET);
      ClientInterceptor headers = MetadataUtils.newAttachHeadersInterceptor(secret);
      ModelServiceGrpc.ModelServiceBlockingStub models =
          ModelServiceGrpc.newBlockingStub(channel).withInterceptors(headers);
      models.setLabel(
          SetLabelRequest.newBuilder()
              .setName("models/doubling/labels/told")
              .setVersion(1)
              .setReason(told)
              .build());
      for (String name : List.of("a" + told, "models/a" + told, told)) {
        refused(() -> models.modelStatus(ModelStatusRequest.newBuilder().setModel(name).build()));
        refused(() -> models.promote(PromoteRequest.newBuilder().setName(name).build()));
        refused(
            () ->
                InferenceServiceGrpc.newBlockingStub(channel)
                    .predict(
                        PredictRequest.newBuilder()
                            .setModel(name)
                            .setSignature(told)
                            .putInputs(CANARY + told, Tensor.getDefaultInstance())
                            .build()));
        refused(
            () ->
                TrainingServiceGrpc.newBlockingStub(channel)
                    .createTrainingJob(
                        CreateTrainingJobRequest.newBuilder()
                            .setSpec(
                                TrainingSpec.newBuilder()
                                    .setRecipe("mnist-cnn")
                                    .setDataset(name)
                                    .putParameters(told, told))
                            .setRequestId(told)
                            .build()));
      }
    } finally {
      channel.shutdownNow();
    }
  }

  private static void refused(Runnable call) {
    assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(call::run);
  }

  /** A version that was copied in by hand is served when two scans have seen the same files. */
  private static void awaitAvailable(Http http) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!Http.text(http.get("/api/v1/models/doubling")).contains("VERSION_STATE_AVAILABLE")) {
      assertThat(System.nanoTime()).as("the model is served in time").isLessThan(end);
      Pause.brief();
    }
  }
}
