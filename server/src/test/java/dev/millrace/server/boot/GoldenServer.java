package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.boot.config.OptionSources;
import dev.millrace.server.boot.config.ServeOption;
import dev.millrace.server.testing.GoldenModel;
import dev.millrace.server.testing.Pause;
import dev.millrace.v1.InferenceServiceGrpc;
import dev.millrace.v1.ListModelsRequest;
import dev.millrace.v1.ModelServiceGrpc;
import dev.millrace.v1.ModelStatusRequest;
import dev.millrace.v1.ModelVersion;
import dev.millrace.v1.PredictRequest;
import dev.millrace.v1.PredictResponse;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A whole server in this process on a free port, with golden models in its repository. */
final class GoldenServer implements AutoCloseable {
  private final MillraceServer server;
  private final ManagedChannel channel;

  private GoldenServer(MillraceServer server) {
    this.server = server;
    this.channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.port())
            .usePlaintext()
            .maxInboundMessageSize(64 << 20)
            .build();
  }

  /** Starts one and waits until each model is served or has failed. */
  static GoldenServer start(Path folder, List<String> models) throws Exception {
    for (String name : models) {
      Path model = folder.resolve("models").resolve(name);
      GoldenModel.copy(name, model.resolve("1"));
      // Not every signature can be warmed up, and a first run takes long on a busy machine.
      Files.writeString(model.resolve("millrace.yaml"), "admission: {max-wait: 60s}");
    }
    GoldenServer started =
        new GoldenServer(
            MillraceServer.start(
                OptionSources.merge(
                    Map.of(
                        ServeOption.REPOSITORY, folder.resolve("models").toString(),
                        ServeOption.DATA_DIR, folder.resolve("state").toString(),
                        ServeOption.SCAN_INTERVAL, "50ms",
                        ServeOption.CHECK_MODELS, "inspect",
                        ServeOption.PORT, "0",
                        ServeOption.HTTP_PORT, "0",
                        ServeOption.MANAGEMENT_PORT, "0"),
                    Map.of(),
                    "")));
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (ModelServiceGrpc.newBlockingStub(started.channel)
            .listModels(ListModelsRequest.newBuilder().setPageSize(100).build())
            .getModelsCount()
        < models.size()) {
      assertThat(System.nanoTime()).as("the models are found in time").isLessThan(end);
      Pause.brief();
    }
    started.server.awaitReady();
    return started;
  }

  ManagedChannel channel() {
    return channel;
  }

  PredictResponse predict(PredictRequest request) {
    return InferenceServiceGrpc.newBlockingStub(channel).predict(request);
  }

  ModelVersion version(String model) {
    return ModelServiceGrpc.newBlockingStub(channel)
        .modelStatus(ModelStatusRequest.newBuilder().setModel(model).build())
        .getModel()
        .getVersions(0);
  }

  long openTensors() {
    return server.openTensors();
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.close();
  }
}
