package dev.millrace.server.boot;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import dev.millrace.server.boot.config.OptionSources;
import dev.millrace.server.boot.config.ServeOption;
import dev.millrace.server.testing.Pause;
import dev.millrace.v1.DataType;
import dev.millrace.v1.FilePiece;
import dev.millrace.v1.GetImportRequest;
import dev.millrace.v1.GetImportResponse;
import dev.millrace.v1.ImportFile;
import dev.millrace.v1.ImportPlan;
import dev.millrace.v1.ImportVersionRequest;
import dev.millrace.v1.ImportVersionResponse;
import dev.millrace.v1.InferenceServiceGrpc;
import dev.millrace.v1.ModelServiceGrpc;
import dev.millrace.v1.ModelStatusRequest;
import dev.millrace.v1.ModelVersion;
import dev.millrace.v1.PredictRequest;
import dev.millrace.v1.Tensor;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;

/** A whole server in this process, and a client that uploads to it as it likes. */
final class ImportRig implements AutoCloseable {
  private final Path folder;
  private final MillraceServer server;
  private final ManagedChannel channel;

  private ImportRig(Path folder, MillraceServer server) {
    this.folder = folder;
    this.server = server;
    this.channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.port()).usePlaintext().build();
  }

  static ImportRig start(Path folder, Map<ServeOption, String> more) throws IOException {
    Map<ServeOption, String> options = new EnumMap<>(ServeOption.class);
    options.put(ServeOption.REPOSITORY, folder.resolve("models").toString());
    options.put(ServeOption.DATA_DIR, folder.resolve("state").toString());
    options.put(ServeOption.SCAN_INTERVAL, "50ms");
    options.put(ServeOption.PORT, "0");
    options.put(ServeOption.MANAGEMENT_PORT, "0");
    options.put(ServeOption.HTTP_PORT, "0");
    options.putAll(more);
    return new ImportRig(folder, MillraceServer.start(OptionSources.merge(options, Map.of(), "")));
  }

  /** A plan of all files of a folder. */
  static ImportPlan.Builder plan(String model, String id, Path savedModel) throws IOException {
    ImportPlan.Builder plan = ImportPlan.newBuilder().setModel(model).setImportId(id);
    for (String path : files(savedModel)) {
      byte[] bytes = Files.readAllBytes(savedModel.resolve(path));
      plan.addFiles(file(path, bytes));
    }
    return plan;
  }

  static ImportFile file(String path, byte[] bytes) {
    return ImportFile.newBuilder()
        .setPath(path)
        .setSizeBytes(bytes.length)
        .setSha256(sha256(bytes))
        .build();
  }

  static ImportVersionRequest piece(String path, long offset, byte[] bytes) {
    return ImportVersionRequest.newBuilder()
        .setPiece(
            FilePiece.newBuilder()
                .setPath(path)
                .setOffset(offset)
                .setData(ByteString.copyFrom(bytes)))
        .build();
  }

  /** Paths of all files below a folder, in order. */
  static SortedSet<String> files(Path root) throws IOException {
    SortedSet<String> files = new TreeSet<>();
    if (Files.exists(root)) {
      try (Stream<Path> walk = Files.walk(root)) {
        walk.filter(Files::isRegularFile)
            .forEach(file -> files.add(root.relativize(file).toString()));
      }
    }
    return files;
  }

  /** Uploads a folder whole. */
  ImportVersionResponse upload(ImportPlan plan, Path savedModel) throws IOException {
    Sending sending = send(plan);
    for (String path : files(savedModel)) {
      sending.piece(path, 0, Files.readAllBytes(savedModel.resolve(path)));
    }
    return sending.end();
  }

  /** Begins a call. */
  Sending send(ImportPlan plan) {
    Sending sending = new Sending();
    sending.requests = ModelServiceGrpc.newStub(channel).withWaitForReady().importVersion(sending);
    sending.requests.onNext(ImportVersionRequest.newBuilder().setPlan(plan).build());
    return sending;
  }

  GetImportResponse progress(String id) {
    return ModelServiceGrpc.newBlockingStub(channel)
        .getImport(GetImportRequest.newBuilder().setImportId(id).build());
  }

  /** Waits until so much of a file has arrived. */
  void awaitReceived(String id, String path, long bytes) {
    while (true) {
      try {
        if (progress(id).getReceivedBytesOrDefault(path, 0) >= bytes) {
          return;
        }
      } catch (StatusRuntimeException notYet) {
        if (notYet.getStatus().getCode() != Status.Code.NOT_FOUND) {
          throw notYet;
        }
      }
      Pause.brief();
    }
  }

  /** Waits until a version is served or has failed. */
  ModelVersion awaitVersion(String model, long number) {
    while (true) {
      for (ModelVersion version : versions(model)) {
        if (version.getVersion() == number
            && List.of("VERSION_STATE_AVAILABLE", "VERSION_STATE_FAILED")
                .contains(version.getState().name())) {
          return version;
        }
      }
      Pause.brief();
    }
  }

  /** Twice a number, as the model says. */
  float doubled(String model, float value) {
    return InferenceServiceGrpc.newBlockingStub(channel)
        .predict(
            PredictRequest.newBuilder()
                .setModel(model)
                .putInputs(
                    "x",
                    Tensor.newBuilder()
                        .setDtype(DataType.DATA_TYPE_FLOAT32)
                        .addShape(1)
                        .addShape(2)
                        .addFloats(value)
                        .addFloats(0)
                        .build())
                .build())
        .getOutputsOrThrow("y")
        .getFloats(0);
  }

  /** What lies in the repository beside the staging area and the registry's copies. */
  SortedSet<String> published() throws IOException {
    SortedSet<String> all = files(folder.resolve("models"));
    all.removeIf(path -> path.startsWith(".staging") || path.endsWith(".registry.json"));
    return all;
  }

  /** What lies in the staging area. */
  SortedSet<String> staged() throws IOException {
    return files(folder.resolve("models/.staging"));
  }

  ModelServiceGrpc.ModelServiceBlockingStub models() {
    return ModelServiceGrpc.newBlockingStub(channel);
  }

  long openTensors() {
    return server.openTensors();
  }

  /** The reason of a refusal. */
  static String reason(StatusRuntimeException refused) {
    for (Any detail : StatusProto.fromThrowable(refused).getDetailsList()) {
      if (detail.is(ErrorInfo.class)) {
        try {
          return detail.unpack(ErrorInfo.class).getReason();
        } catch (InvalidProtocolBufferException malformed) {
          throw new AssertionError(malformed);
        }
      }
    }
    return "";
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.close();
  }

  private List<ModelVersion> versions(String model) {
    try {
      return models()
          .modelStatus(ModelStatusRequest.newBuilder().setModel(model).build())
          .getModel()
          .getVersionsList();
    } catch (StatusRuntimeException notYet) {
      return List.of();
    }
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException everyJdkHasIt) {
      throw new IllegalStateException(everyJdkHasIt);
    }
  }

  /** One call that uploads. */
  static final class Sending implements StreamObserver<ImportVersionResponse> {
    private final CompletableFuture<ImportVersionResponse> answer = new CompletableFuture<>();
    private StreamObserver<ImportVersionRequest> requests = new Nobody();

    void piece(String path, long offset, byte[] bytes) {
      requests.onNext(ImportRig.piece(path, offset, bytes));
    }

    /** Says that all is sent, and waits for the answer. */
    ImportVersionResponse end() {
      requests.onCompleted();
      return answer();
    }

    ImportVersionResponse answer() {
      try {
        return answer.join();
      } catch (CompletionException failed) {
        if (failed.getCause() instanceof StatusRuntimeException refused) {
          throw refused;
        }
        throw new AssertionError(failed);
      }
    }

    /** Breaks off. */
    void cancel() {
      requests.onError(Status.CANCELLED.asRuntimeException());
      answer.exceptionally(failure -> ImportVersionResponse.getDefaultInstance()).join();
    }

    @Override
    public void onNext(ImportVersionResponse response) {
      answer.complete(response);
    }

    @Override
    public void onError(Throwable failure) {
      answer.completeExceptionally(failure);
    }

    @Override
    public void onCompleted() {
      answer.completeExceptionally(new AssertionError("no answer came"));
    }
  }

  /** Takes what is sent before the call has begun, which is nothing. */
  private static final class Nobody implements StreamObserver<ImportVersionRequest> {
    @Override
    public void onNext(ImportVersionRequest request) {}

    @Override
    public void onError(Throwable failure) {}

    @Override
    public void onCompleted() {}
  }
}
