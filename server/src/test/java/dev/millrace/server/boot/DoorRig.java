package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import dev.millrace.server.boot.config.OptionSources;
import dev.millrace.server.boot.config.ServeOption;
import dev.millrace.server.testing.Door;
import dev.millrace.server.testing.GoldenModel;
import dev.millrace.server.testing.KserveDoor;
import dev.millrace.server.testing.KserveRestDoor;
import dev.millrace.server.testing.NativeDoor;
import dev.millrace.server.testing.NativeHttpDoor;
import dev.millrace.server.testing.Pause;
import dev.millrace.server.testing.RestClient;
import dev.millrace.server.testing.ServedModels;
import dev.millrace.server.testing.SmallModels;
import dev.millrace.server.testing.TfServingDoor;
import dev.millrace.server.testing.TfServingRestDoor;
import dev.millrace.v1.DataType;
import dev.millrace.v1.ModelServiceGrpc;
import dev.millrace.v1.PredictRequest;
import dev.millrace.v1.SetLabelRequest;
import dev.millrace.v1.Tensor;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/**
 * A whole server with models that every wire is tried on: {@code doubling} in two versions, the
 * first of which is labelled {@code stable}; {@code echo}; {@code product}; {@code slow}; {@code
 * broken}, which cannot be loaded; and golden ones by name.
 */
final class DoorRig implements AutoCloseable {
  private static final int PRODUCTS = 400;
  private static final long PATIENCE_NANOS = 30_000_000_000L;

  final MillraceServer server;
  final ManagedChannel channel;
  final RestClient rest;

  private DoorRig(MillraceServer server) {
    this.server = server;
    this.rest = RestClient.of(server.httpPort().orElseThrow());
    this.channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.port())
            .usePlaintext()
            .maxInboundMessageSize(64 << 20)
            .build();
  }

  static DoorRig start(Path folder, List<String> golden) throws Exception {
    Path models = folder.resolve("models");
    for (String name : golden) {
      GoldenModel.copy(name, models.resolve(name).resolve("1"));
      Files.writeString(
          models.resolve(name).resolve("millrace.yaml"), "admission: {max-wait: 60s}");
    }
    SmallModels.doubling(models.resolve("doubling/1"));
    SmallModels.doubling(models.resolve("doubling/2"));
    Files.writeString(
        models.resolve("doubling/millrace.yaml"),
        "versions: {policy: all}\nadmission: {max-wait: 60s}\n");
    SmallModels.echo(models.resolve("echo/1"));
    SmallModels.product(models.resolve("product/1"));
    SmallModels.slow(models.resolve("slow/1"), PRODUCTS);
    // Nothing is measured of it then, so that a deadline passes in its run and not before.
    Files.writeString(models.resolve("slow/millrace.yaml"), "batching: {enabled: false}\n");
    Files.createDirectories(models.resolve("broken/1"));
    Files.writeString(models.resolve("broken/1/saved_model.pb"), "no model");
    MillraceServer server =
        MillraceServer.start(
            OptionSources.merge(
                Map.of(
                    ServeOption.REPOSITORY, models.toString(),
                    ServeOption.DATA_DIR, folder.resolve("state").toString(),
                    ServeOption.SCAN_INTERVAL, "50ms",
                    ServeOption.MAX_MESSAGE_SIZE, "4MiB",
                    ServeOption.MAX_INPUT_SIZE, "16MiB",
                    // The trial in a process of its own has its own tests.
                    ServeOption.CHECK_MODELS, "inspect",
                    ServeOption.PORT, "0",
                    ServeOption.HTTP_PORT, "0",
                    ServeOption.MANAGEMENT_PORT, "0"),
                Map.of(),
                ""));
    DoorRig rig = new DoorRig(server);
    ServedModels.await(rig.channel, golden.size() + 4);
    server.awaitReady();
    ModelServiceGrpc.newBlockingStub(rig.channel)
        .setLabel(
            SetLabelRequest.newBuilder()
                .setName("models/doubling/labels/stable")
                .setVersion(1)
                .build());
    return rig;
  }

  List<Door> doors() {
    return List.of(
        new NativeDoor(channel),
        new KserveDoor(channel, false),
        new KserveDoor(channel, true),
        new TfServingDoor(channel, false),
        new TfServingDoor(channel, true),
        new KserveRestDoor(rest, true),
        new KserveRestDoor(rest, false),
        new TfServingRestDoor(rest, true),
        new TfServingRestDoor(rest, false),
        new NativeHttpDoor(rest, false),
        new NativeHttpDoor(rest, true));
  }

  /** True for the wire whose answers have all outputs, and say nothing of their types. */
  static boolean isTfServingRest(Door door) {
    return door.wire() == Door.Wire.TENSORFLOW_SERVING_REST;
  }

  /** Waits until the runs of calls that were given up are over. */
  void awaitNoTensors() {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (server.openTensors() > 0) {
      assertThat(System.nanoTime()).as("tensors are closed in time").isLessThan(end);
      Pause.brief();
    }
  }

  /** {@code x} of {@code doubling}: a row of 1 and 2. */
  static PredictRequest.Builder good() {
    return PredictRequest.newBuilder()
        .setModel("doubling")
        .putInputs("x", floats(new long[] {1, 2}, 1, 2));
  }

  static Tensor floats(long[] shape, float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      bytes.putFloat(value);
    }
    Tensor.Builder tensor =
        Tensor.newBuilder()
            .setDtype(DataType.DATA_TYPE_FLOAT32)
            .setData(ByteString.copyFrom(bytes.flip()));
    for (long size : shape) {
      tensor.addShape(size);
    }
    return tensor.build();
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.close();
  }

  /** Passes when a call ends with this code and a description that contains this text. */
  static void assertRefused(ThrowingCallable call, Status.Code code, String text) {
    StatusRuntimeException error = catchThrowableOfType(StatusRuntimeException.class, call);
    assertThat(error).isNotNull();
    assertThat(error.getStatus().getCode()).as(error.toString()).isEqualTo(code);
    assertThat(error.getStatus().getDescription()).contains(text);
  }
}
