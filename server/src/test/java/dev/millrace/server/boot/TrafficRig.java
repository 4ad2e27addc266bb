package dev.millrace.server.boot;

import com.google.common.util.concurrent.FutureCallback;
import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.MoreExecutors;
import dev.millrace.server.boot.config.OptionSources;
import dev.millrace.server.boot.config.ServeOption;
import dev.millrace.server.testing.Pause;
import dev.millrace.server.testing.Scrape;
import dev.millrace.server.testing.SmallModels;
import dev.millrace.v1.DataType;
import dev.millrace.v1.InferenceServiceGrpc;
import dev.millrace.v1.Model;
import dev.millrace.v1.ModelServiceGrpc;
import dev.millrace.v1.ModelStatusRequest;
import dev.millrace.v1.ModelVersion;
import dev.millrace.v1.PredictRequest;
import dev.millrace.v1.PredictResponse;
import dev.millrace.v1.PromoteRequest;
import dev.millrace.v1.SetTrafficRequest;
import dev.millrace.v1.Tensor;
import dev.millrace.v1.Traffic;
import dev.millrace.v1.VersionState;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;

/**
 * A whole server with a model "labels": version 1 and 2 name a number's class rightly, version 3
 * does not.
 */
final class TrafficRig implements AutoCloseable {
  static final String MODEL = "labels";
  private static final int AT_ONCE = 64;

  final MillraceServer server;
  final Scrape metrics;
  private final ManagedChannel channel;

  private TrafficRig(MillraceServer server) {
    this.server = server;
    this.channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.port()).usePlaintext().build();
    this.metrics = new Scrape("127.0.0.1:" + server.managementPort());
  }

  /** Starts it, and waits until all three versions are available. */
  static TrafficRig start(Path folder, String settings, Duration bakeInterval) throws IOException {
    Path models = folder.resolve("models").resolve(MODEL);
    SmallModels.labels(models.resolve("1"), 0);
    SmallModels.labels(models.resolve("2"), 0);
    SmallModels.labels(models.resolve("3"), 5);
    Files.writeString(models.resolve("millrace.yaml"), "versions: {policy: all}\n" + settings);
    TrafficRig rig =
        new TrafficRig(
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
                    ""),
                bakeInterval));
    await(() -> rig.available() == 3);
    return rig;
  }

  private long available() {
    try {
      return model().getVersionsList().stream()
          .filter(version -> version.getState() == VersionState.VERSION_STATE_AVAILABLE)
          .count();
    } catch (StatusRuntimeException notFoundYet) {
      return 0;
    }
  }

  ModelServiceGrpc.ModelServiceBlockingStub models() {
    return ModelServiceGrpc.newBlockingStub(channel);
  }

  Model model() {
    return models().modelStatus(ModelStatusRequest.newBuilder().setModel(MODEL).build()).getModel();
  }

  /** The version that the label champion points at; 0 for none. */
  long champion() {
    return model().getVersionsList().stream()
        .filter(version -> version.getLabelsList().contains("champion"))
        .mapToLong(ModelVersion::getVersion)
        .findFirst()
        .orElse(0);
  }

  void promote(long version) {
    models()
        .promote(
            PromoteRequest.newBuilder()
                .setName("models/" + MODEL + "/versions/" + version)
                .build());
  }

  Model traffic(Traffic.Builder traffic) {
    return models()
        .setTraffic(SetTrafficRequest.newBuilder().setModel(MODEL).setTraffic(traffic).build())
        .getModel();
  }

  PredictResponse ask(PredictRequest request) {
    return InferenceServiceGrpc.newBlockingStub(channel).predict(request);
  }

  /** Asks so often, many at once, and waits for all; fails with the first call that does. */
  void askMany(int times, IntFunction<PredictRequest> requests, BiConsumer<Integer, Long> onAnswer)
      throws InterruptedException {
    Semaphore free = new Semaphore(AT_ONCE);
    List<Throwable> failures = new CopyOnWriteArrayList<>();
    for (int i = 0; i < times && failures.isEmpty(); i++) {
      int number = i;
      free.acquire();
      Futures.addCallback(
          InferenceServiceGrpc.newFutureStub(channel).predict(requests.apply(i)),
          new FutureCallback<PredictResponse>() {
            @Override
            public void onSuccess(PredictResponse response) {
              onAnswer.accept(number, version(response));
              free.release();
            }

            @Override
            public void onFailure(Throwable failure) {
              failures.add(failure);
              free.release();
            }
          },
          MoreExecutors.directExecutor());
    }
    free.acquire(AT_ONCE);
    if (!failures.isEmpty()) {
      throw new AssertionError("a call failed", failures.get(0));
    }
  }

  static long version(PredictResponse response) {
    String name = response.getModel();
    return Long.parseLong(name.substring(name.lastIndexOf('/') + 1));
  }

  static PredictRequest.Builder request(float x) {
    return PredictRequest.newBuilder()
        .setModel(MODEL)
        .putInputs(
            "x",
            Tensor.newBuilder()
                .setDtype(DataType.DATA_TYPE_FLOAT32)
                .addShape(1)
                .addShape(1)
                .addFloats(x)
                .build());
  }

  static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("it does not happen in time");
      }
      Pause.brief();
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.close();
    if (server.openTensors() != 0) {
      throw new AssertionError(server.openTensors() + " tensors are open");
    }
  }
}
