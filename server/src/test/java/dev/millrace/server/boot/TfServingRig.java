package dev.millrace.server.boot;

import com.google.protobuf.Int64Value;
import dev.millrace.proto.tensorflow.DataType;
import dev.millrace.proto.tensorflow.TensorProto;
import dev.millrace.proto.tensorflow.TensorShapeProto;
import dev.millrace.proto.tfserving.ModelServiceGrpc;
import dev.millrace.proto.tfserving.ModelServiceGrpc.ModelServiceBlockingStub;
import dev.millrace.proto.tfserving.ModelSpec;
import dev.millrace.proto.tfserving.PredictRequest;
import dev.millrace.proto.tfserving.PredictResponse;
import dev.millrace.proto.tfserving.PredictionServiceGrpc;
import dev.millrace.proto.tfserving.PredictionServiceGrpc.PredictionServiceBlockingStub;
import dev.millrace.v1.TrainingServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;

/** A whole server from a command line of TensorFlow Serving, and a client of its wire. */
final class TfServingRig implements AutoCloseable {
  final MillraceServer server;
  final List<String> warnings;
  private final ManagedChannel channel;

  private TfServingRig(MillraceServer server, List<String> warnings) {
    this.server = server;
    this.warnings = warnings;
    this.channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.port()).usePlaintext().build();
  }

  /** Starts a server and waits until it is ready. */
  static TfServingRig start(Path folder, String... words) throws Exception {
    ServeCommand.Plan plan = plan(folder, words);
    MillraceServer server = MillraceServer.start(plan.options(), plan.setup());
    server.awaitReady();
    return new TfServingRig(server, plan.setup().warnings());
  }

  /** What a command line means. */
  static ServeCommand.Plan plan(Path folder, String... words) {
    List<String> line = new ArrayList<>(List.of(words));
    if (line.stream().noneMatch(word -> word.startsWith("--rest_api_port"))) {
      line.add("--rest_api_port=0");
    }
    line.addAll(
        List.of(
            "--port=0",
            "--management-port=0",
            "--check-models=off",
            "--repository=" + folder.resolve("repository"),
            "--data-dir=" + folder.resolve("state")));
    return ServeCommand.plan(
        new CommandLine(ServeCommand.spec()).parseArgs(line.toArray(String[]::new)), Map.of());
  }

  ModelServiceBlockingStub models() {
    return ModelServiceGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);
  }

  PredictionServiceBlockingStub prediction() {
    return PredictionServiceGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);
  }

  TrainingServiceGrpc.TrainingServiceBlockingStub training() {
    return TrainingServiceGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);
  }

  PredictResponse predict(ModelSpec.Builder spec) {
    return prediction().predict(request(spec));
  }

  static PredictRequest request(ModelSpec.Builder spec) {
    return PredictRequest.newBuilder()
        .setModelSpec(spec)
        .putInputs(
            "x",
            TensorProto.newBuilder()
                .setDtype(DataType.DT_FLOAT)
                .setTensorShape(
                    TensorShapeProto.newBuilder()
                        .addDim(TensorShapeProto.Dim.newBuilder().setSize(1))
                        .addDim(TensorShapeProto.Dim.newBuilder().setSize(2)))
                .addFloatVal(3)
                .addFloatVal(4)
                .build())
        .build();
  }

  static ModelSpec.Builder latest(String model) {
    return ModelSpec.newBuilder().setName(model);
  }

  static ModelSpec.Builder version(String model, long version) {
    return latest(model).setVersion(Int64Value.of(version));
  }

  static ModelSpec.Builder label(String model, String label) {
    return latest(model).setVersionLabel(label);
  }

  /** Version that answers, or 0 when none does. */
  long answering(ModelSpec.Builder spec) {
    try {
      return predict(spec).getModelSpec().getVersion().getValue();
    } catch (StatusRuntimeException none) {
      return 0;
    }
  }

  /** Waits until this version answers; 0 until none does. */
  void awaitAnswer(ModelSpec.Builder spec, long version) {
    LifeRig.await(() -> answering(spec) == version, () -> "answers: " + answering(spec));
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.close();
  }
}
