package dev.millrace.server.boot;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.millrace.server.boot.config.OptionSources;
import dev.millrace.server.boot.config.ServeOption;
import dev.millrace.server.testing.RawPredict;
import dev.millrace.server.testing.Scrape;
import dev.millrace.server.testing.ServedModels;
import dev.millrace.server.testing.SmallModels;
import dev.millrace.v1.DataType;
import dev.millrace.v1.PredictRequest;
import dev.millrace.v1.PredictResponse;
import dev.millrace.v1.Priority;
import dev.millrace.v1.Tensor;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.StatusProto;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A whole server with one worker and real models, and a client that waits for nothing. */
final class ServingRig implements AutoCloseable {
  private static final long PATIENCE_MICROS = 120_000_000;
  private static final int HEAVY_ROWS = 2000;

  final Scrape metrics;
  private final MillraceServer server;
  private final ManagedChannel channel;

  /** How a call ended. */
  record Outcome(Status status, Metadata trailers, byte[] answer) {
    /** First value of each row of the output {@code y}. */
    List<Float> firsts() {
      try {
        Tensor y = PredictResponse.parseFrom(answer).getOutputsOrThrow("y");
        ByteBuffer data = y.getData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        int width = (int) y.getShape(1);
        List<Float> firsts = new ArrayList<>();
        for (int row = 0; row < y.getShape(0); row++) {
          firsts.add(data.getFloat(4 * width * row));
        }
        return firsts;
      } catch (InvalidProtocolBufferException malformed) {
        throw new AssertionError(malformed);
      }
    }

    <M extends Message> Optional<M> detail(Class<M> type) {
      return StatusProto.fromStatusAndTrailers(status, trailers).getDetailsList().stream()
          .filter(any -> any.is(type))
          .map(
              any -> {
                try {
                  return any.unpack(type);
                } catch (InvalidProtocolBufferException malformed) {
                  throw new AssertionError(malformed);
                }
              })
          .findFirst();
    }
  }

  private ServingRig(MillraceServer server) {
    this.server = server;
    this.channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.port())
            .usePlaintext()
            .disableRetry()
            .maxInboundMessageSize(64 << 20)
            .build();
    this.metrics = new Scrape("127.0.0.1:" + server.managementPort());
  }

  /** Writes the model {@code blocker} beside those that are there, and serves all. */
  static ServingRig start(Path folder, int others, Map<ServeOption, String> more)
      throws IOException, InterruptedException {
    SmallModels.slow(folder.resolve("models/blocker/1"), 20);
    settings(folder, "blocker", "execution: per-core\nbatching: {enabled: false}\n");
    Map<ServeOption, String> options = new EnumMap<>(ServeOption.class);
    options.put(ServeOption.REPOSITORY, folder.resolve("models").toString());
    options.put(ServeOption.DATA_DIR, folder.resolve("state").toString());
    options.put(ServeOption.SCAN_INTERVAL, "50ms");
    options.put(ServeOption.CHECK_MODELS, "inspect");
    options.put(ServeOption.PORT, "0");
    options.put(ServeOption.MANAGEMENT_PORT, "0");
    options.put(ServeOption.HTTP_PORT, "0");
    options.put(ServeOption.WORKERS, "1");
    options.putAll(more);
    ServingRig rig =
        new ServingRig(MillraceServer.start(OptionSources.merge(options, Map.of(), "")));
    ServedModels.await(rig.channel, others + 1);
    rig.server.awaitReady();
    return rig;
  }

  /** Port of gRPC. */
  int port() {
    return server.port();
  }

  static void settings(Path folder, String model, String yaml) throws IOException {
    Files.writeString(folder.resolve("models").resolve(model).resolve("millrace.yaml"), yaml);
  }

  /**
   * Keeps the only worker busy for about a second with a run that the server takes for a short one,
   * and returns when it runs.
   */
  CompletableFuture<Outcome> block() {
    for (int i = 0; i < 40; i++) {
      send(rows("blocker", SmallModels.SLOW_WIDTH, 1)).join();
    }
    CompletableFuture<Outcome> blocked = send(heavy("blocker"));
    metrics.await(
        bytes -> bytes >= 4 * HEAVY_ROWS * SmallModels.SLOW_WIDTH, "millrace_queue_bytes");
    metrics.await(length -> length == 0, "millrace_queue_length");
    return blocked;
  }

  /** A request of 8 MB that takes long. */
  static PredictRequest.Builder heavy(String model) {
    return rows(model, SmallModels.SLOW_WIDTH, new float[HEAVY_ROWS]);
  }

  /** A request of rows that begin with the given values and go on with zeros. */
  static PredictRequest.Builder rows(String model, int width, float... firsts) {
    ByteBuffer data = ByteBuffer.allocate(4 * width * firsts.length).order(ByteOrder.LITTLE_ENDIAN);
    for (int row = 0; row < firsts.length; row++) {
      data.putFloat(4 * width * row, firsts[row]);
    }
    return PredictRequest.newBuilder()
        .setModel(model)
        .putInputs(
            "x",
            Tensor.newBuilder()
                .setDtype(DataType.DATA_TYPE_FLOAT32)
                .addShape(firsts.length)
                .addShape(width)
                .setData(com.google.protobuf.ByteString.copyFrom(data))
                .build());
  }

  CompletableFuture<Outcome> send(PredictRequest.Builder request) {
    return send(request, PATIENCE_MICROS);
  }

  CompletableFuture<Outcome> send(PredictRequest.Builder request, Priority priority) {
    return send(request.setPriority(priority), PATIENCE_MICROS);
  }

  CompletableFuture<Outcome> send(PredictRequest.Builder request, long deadlineMicros) {
    CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    ClientCall<byte[], byte[]> call =
        RawPredict.send(
            channel,
            request.build().toByteArray(),
            deadlineMicros,
            (status, trailers, answer) -> outcome.complete(new Outcome(status, trailers, answer)));
    outcome.whenComplete(
        (done, failure) -> {
          if (outcome.isCancelled()) {
            call.cancel("the caller goes away", null);
          }
        });
    return outcome;
  }

  ManagedChannel channel() {
    return channel;
  }

  /** What the server holds falls back to nothing. */
  void awaitRest() {
    for (String gauge :
        List.of(
            "millrace_queue_length",
            "millrace_queue_bytes",
            "millrace_requests_in_flight",
            "millrace_native_tensors_open")) {
      metrics.await(value -> value == 0, gauge);
    }
  }

  double runs(String model) {
    return metrics.value("millrace_batch_rows_count", "model=\"" + model + "\"");
  }

  double rowsRun(String model) {
    return metrics.value("millrace_batch_rows_sum", "model=\"" + model + "\"");
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.close();
  }
}
