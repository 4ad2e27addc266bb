package dev.millrace.server.boot;

import dev.millrace.server.boot.config.OptionSources;
import dev.millrace.server.boot.config.ServeOption;
import dev.millrace.server.testing.Pause;
import dev.millrace.v1.DataType;
import dev.millrace.v1.InferenceServiceGrpc;
import dev.millrace.v1.Model;
import dev.millrace.v1.ModelServiceGrpc;
import dev.millrace.v1.ModelStatusRequest;
import dev.millrace.v1.ModelVersion;
import dev.millrace.v1.PredictRequest;
import dev.millrace.v1.Tensor;
import dev.millrace.v1.VersionState;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.StatusProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/** A whole server over a folder of versions that come and go, and a client. */
final class LifeRig implements AutoCloseable {
  private static final long PATIENCE_NANOS = 60_000_000_000L;

  final MillraceServer server;
  private final ManagedChannel channel;

  private LifeRig(MillraceServer server) {
    this.server = server;
    this.channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.port())
            .usePlaintext()
            .disableRetry()
            .build();
  }

  static LifeRig start(Path folder, Map<ServeOption, String> more) throws IOException {
    Map<ServeOption, String> options = new EnumMap<>(ServeOption.class);
    options.put(ServeOption.REPOSITORY, folder.resolve("models").toString());
    options.put(ServeOption.DATA_DIR, folder.resolve("state").toString());
    options.put(ServeOption.SCAN_INTERVAL, "50ms");
    options.put(ServeOption.CHECK_MODELS, "off");
    options.put(ServeOption.PORT, "0");
    options.put(ServeOption.MANAGEMENT_PORT, "0");
    options.put(ServeOption.HTTP_PORT, "0");
    options.putAll(more);
    return new LifeRig(MillraceServer.start(OptionSources.merge(options, Map.of(), "")));
  }

  ModelServiceGrpc.ModelServiceBlockingStub models() {
    return ModelServiceGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);
  }

  ManagedChannel channel() {
    return channel;
  }

  Model model(String name) {
    return models().modelStatus(ModelStatusRequest.newBuilder().setModel(name).build()).getModel();
  }

  /** States by version, such as {@code {1=STORED, 2=AVAILABLE}}; empty for an unknown model. */
  Map<Long, String> states(String name) {
    try {
      return model(name).getVersionsList().stream()
          .collect(
              Collectors.toMap(
                  ModelVersion::getVersion,
                  version -> version.getState().name().replace("VERSION_STATE_", "")));
    } catch (StatusRuntimeException unknown) {
      return Map.of();
    }
  }

  void awaitStates(String name, Map<Long, String> states) {
    await(() -> states(name).equals(states), () -> states(name).toString());
  }

  void awaitAvailable(String name, long version) {
    await(() -> "AVAILABLE".equals(states(name).get(version)), () -> states(name).toString());
  }

  static void await(BooleanSupplier condition, java.util.function.Supplier<String> state) {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("waited for a minute: " + state.get());
      }
      Pause.brief();
    }
  }

  /** The version that answers, as a resource name. */
  String ask(String model) {
    return InferenceServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(60, TimeUnit.SECONDS)
        .predict(question(model))
        .getModel();
  }

  static PredictRequest question(String model) {
    return PredictRequest.newBuilder()
        .setModel(model)
        .putInputs(
            "x",
            Tensor.newBuilder()
                .setDtype(DataType.DATA_TYPE_FLOAT32)
                .addShape(1)
                .addShape(2)
                .addFloats(1)
                .addFloats(2)
                .build())
        .build();
  }

  /** The reason in an error's details. */
  static String reason(StatusRuntimeException error) {
    return StatusProto.fromThrowable(error).getDetailsList().stream()
        .filter(any -> any.is(com.google.rpc.ErrorInfo.class))
        .map(
            any -> {
              try {
                return any.unpack(com.google.rpc.ErrorInfo.class).getReason();
              } catch (com.google.protobuf.InvalidProtocolBufferException malformed) {
                throw new AssertionError(malformed);
              }
            })
        .findFirst()
        .orElseThrow();
  }

  static void settings(Path folder, String model, String yaml) throws IOException {
    Files.writeString(
        Files.createDirectories(folder.resolve("models").resolve(model)).resolve("millrace.yaml"),
        yaml);
  }

  static boolean isLoaded(ModelVersion version) {
    return version.getState() == VersionState.VERSION_STATE_AVAILABLE;
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.close();
  }
}
