package dev.millrace.client;

import com.google.protobuf.ByteString;
import dev.millrace.v1.FilePiece;
import dev.millrace.v1.ImportFile;
import dev.millrace.v1.ImportPlan;
import dev.millrace.v1.ImportVersionRequest;
import dev.millrace.v1.ImportVersionResponse;
import dev.millrace.v1.ModelServiceGrpc;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One attempt to send an upload; sends no faster than the server takes it. */
final class UploadCall
    implements ClientResponseObserver<ImportVersionRequest, ImportVersionResponse> {
  private static final int PIECE = 1 << 20;

  private final Channel channel;
  private final Path folder;
  private final ImportPlan plan;
  private final Map<String, Long> received;
  private final Consumer<ImportProgress> onProgress;
  private final CompletableFuture<ImportVersionResponse> answer = new CompletableFuture<>();
  private final Object news = new Object();
  private volatile @Nullable ClientCallStreamObserver<ImportVersionRequest> requests;

  UploadCall(
      Channel channel,
      Path folder,
      ImportPlan plan,
      Map<String, Long> received,
      Consumer<ImportProgress> onProgress) {
    this.channel = channel;
    this.folder = folder;
    this.plan = plan;
    this.received = received;
    this.onProgress = onProgress;
  }

  ImportedVersion run() throws IOException {
    ModelServiceGrpc.newStub(channel.grpc()).importVersion(this);
    ClientCallStreamObserver<ImportVersionRequest> call = Objects.requireNonNull(requests);
    boolean sent = false;
    try {
      call.onNext(ImportVersionRequest.newBuilder().setPlan(plan).build());
      long total = plan.getFilesList().stream().mapToLong(ImportFile::getSizeBytes).sum();
      long done = 0;
      for (ImportFile file : plan.getFilesList()) {
        done = send(call, file, done, total);
      }
      if (!answer.isDone()) {
        call.onCompleted();
      }
      sent = true;
    } finally {
      if (!sent) {
        call.cancel("the upload was given up", null);
      }
    }
    ImportVersionResponse response = Channel.await(answer);
    String name = response.getVersion();
    return new ImportedVersion(
        name.substring("models/".length(), name.indexOf("/versions/")),
        Long.parseLong(name.substring(name.lastIndexOf('/') + 1)),
        response.getDigest());
  }

  private long send(
      ClientCallStreamObserver<ImportVersionRequest> call, ImportFile file, long before, long total)
      throws IOException {
    long offset = received.getOrDefault(file.getPath(), 0L);
    long done = before + offset;
    try (InputStream in = Files.newInputStream(folder.resolve(file.getPath()))) {
      in.skipNBytes(offset);
      for (byte[] piece = in.readNBytes(PIECE);
          piece.length > 0 && awaitReady(call);
          piece = in.readNBytes(PIECE)) {
        call.onNext(
            ImportVersionRequest.newBuilder()
                .setPiece(
                    FilePiece.newBuilder()
                        .setPath(file.getPath())
                        .setOffset(offset)
                        .setData(ByteString.copyFrom(piece)))
                .build());
        offset += piece.length;
        done += piece.length;
        onProgress.accept(new ImportProgress(done, total));
      }
    }
    return done;
  }

  /** False when the server has answered already, so that there is nothing more to send. */
  private boolean awaitReady(ClientCallStreamObserver<ImportVersionRequest> call) {
    synchronized (news) {
      while (!call.isReady() && !answer.isDone()) {
        try {
          news.wait();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw Errors.of(
              io.grpc.Status.CANCELLED.withDescription("interrupted").asRuntimeException());
        }
      }
    }
    return !answer.isDone();
  }

  private void tell() {
    synchronized (news) {
      news.notifyAll();
    }
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<ImportVersionRequest> call) {
    requests = call;
    call.setOnReadyHandler(this::tell);
  }

  @Override
  public void onNext(ImportVersionResponse response) {
    answer.complete(response);
    tell();
  }

  @Override
  public void onError(Throwable failure) {
    answer.completeExceptionally(Errors.of(failure));
    tell();
  }

  @Override
  public void onCompleted() {
    onError(
        io.grpc.Status.INTERNAL.withDescription("the server gave no answer").asRuntimeException());
  }
}
