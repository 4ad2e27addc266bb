package dev.millrace.server.chaos;

import com.google.protobuf.ByteString;
import dev.millrace.v1.FilePiece;
import dev.millrace.v1.ImportFile;
import dev.millrace.v1.ImportPlan;
import dev.millrace.v1.ImportVersionRequest;
import dev.millrace.v1.ImportVersionResponse;
import dev.millrace.v1.ModelServiceGrpc;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/** Uploads a small SavedModel, whole or from where an earlier upload of the same id broke off. */
final class Upload {
  private static final int PATIENCE_SECONDS = 60;

  private final Channel channel;
  private final String model;
  private final String id;

  Upload(Channel channel, String model, String id) {
    this.channel = channel;
    this.model = model;
    this.id = id;
  }

  /**
   * Sends a folder and waits for the answer.
   *
   * @param received says how many bytes of a file the server has
   * @throws io.grpc.StatusRuntimeException if the server refuses, or dies
   */
  ImportVersionResponse send(Path folder, ToLongFunction<String> received) throws IOException {
    Answer answer = new Answer();
    StreamObserver<ImportVersionRequest> requests =
        ModelServiceGrpc.newStub(channel)
            .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
            .importVersion(answer);
    ImportPlan.Builder plan = ImportPlan.newBuilder().setModel(model).setImportId(id);
    List<Path> files = files(folder);
    for (Path file : files) {
      byte[] bytes = Files.readAllBytes(file);
      plan.addFiles(
          ImportFile.newBuilder()
              .setPath(name(folder, file))
              .setSizeBytes(bytes.length)
              .setSha256(sha256(bytes)));
    }
    requests.onNext(ImportVersionRequest.newBuilder().setPlan(plan).build());
    for (Path file : files) {
      byte[] bytes = Files.readAllBytes(file);
      int offset = (int) received.applyAsLong(name(folder, file));
      if (offset < bytes.length) {
        requests.onNext(
            ImportVersionRequest.newBuilder()
                .setPiece(
                    FilePiece.newBuilder()
                        .setPath(name(folder, file))
                        .setOffset(offset)
                        .setData(ByteString.copyFrom(bytes, offset, bytes.length - offset)))
                .build());
      }
    }
    requests.onCompleted();
    return answer.await();
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> walk = Files.walk(folder)) {
      return walk.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private static String name(Path folder, Path file) {
    return folder.relativize(file).toString();
  }

  static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException everyJdkHasIt) {
      throw new IllegalStateException(everyJdkHasIt);
    }
  }

  private static final class Answer implements StreamObserver<ImportVersionResponse> {
    private final CompletableFuture<ImportVersionResponse> response = new CompletableFuture<>();

    @Override
    public void onNext(ImportVersionResponse message) {
      response.complete(message);
    }

    @Override
    public void onError(Throwable failure) {
      response.completeExceptionally(failure);
    }

    @Override
    public void onCompleted() {
      response.completeExceptionally(new IllegalStateException("no answer came"));
    }

    ImportVersionResponse await() {
      try {
        return response.join();
      } catch (CompletionException failed) {
        throw Status.fromThrowable(failed.getCause()).asRuntimeException();
      }
    }
  }
}
