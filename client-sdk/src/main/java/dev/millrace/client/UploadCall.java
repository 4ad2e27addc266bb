package dev.millrace.client;

import com.google.protobuf.ByteString;
import dev.millrace.v1.FilePiece;
import dev.millrace.v1.ImportFile;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One attempt to send an upload; sends no faster than the server takes it. */
final class UploadCall<Q, A> implements ClientResponseObserver<Q, A> {
  private static final int PIECE = 1 << 20;

  private final Consumer<ClientResponseObserver<Q, A>> start;
  private final Q plan;
  private final Function<FilePiece, Q> wrap;
  private final Sent files;
  private final Consumer<ImportProgress> onProgress;
  private final CompletableFuture<A> answer = new CompletableFuture<>();
  private final Object news = new Object();
  private volatile @Nullable ClientCallStreamObserver<Q> requests;

  /**
   * What is sent.
   *
   * @param planned in this order
   * @param where finds a file by its path in the plan
   * @param received bytes that the server has already, by file
   */
  record Sent(List<ImportFile> planned, Function<String, Path> where, Map<String, Long> received) {}

  /**
   * An attempt.
   *
   * @param start makes the call
   * @param plan the first message
   * @param wrap makes a message of a piece
   */
  UploadCall(
      Consumer<ClientResponseObserver<Q, A>> start,
      Q plan,
      Function<FilePiece, Q> wrap,
      Sent files,
      Consumer<ImportProgress> onProgress) {
    this.start = start;
    this.plan = plan;
    this.wrap = wrap;
    this.files = files;
    this.onProgress = onProgress;
  }

  A run() throws IOException {
    start.accept(this);
    ClientCallStreamObserver<Q> call = Objects.requireNonNull(requests);
    boolean sent = false;
    try {
      call.onNext(plan);
      long total = files.planned().stream().mapToLong(ImportFile::getSizeBytes).sum();
      long done = 0;
      for (ImportFile file : files.planned()) {
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
    return Channel.await(answer);
  }

  private long send(ClientCallStreamObserver<Q> call, ImportFile file, long before, long total)
      throws IOException {
    long offset = files.received().getOrDefault(file.getPath(), 0L);
    long done = before + offset;
    try (InputStream in = Files.newInputStream(files.where().apply(file.getPath()))) {
      in.skipNBytes(offset);
      for (byte[] piece = in.readNBytes(PIECE);
          piece.length > 0 && awaitReady(call);
          piece = in.readNBytes(PIECE)) {
        call.onNext(
            wrap.apply(
                FilePiece.newBuilder()
                    .setPath(file.getPath())
                    .setOffset(offset)
                    .setData(ByteString.copyFrom(piece))
                    .build()));
        offset += piece.length;
        done += piece.length;
        onProgress.accept(new ImportProgress(done, total));
      }
    }
    return done;
  }

  /** False when the server has answered already, so that there is nothing more to send. */
  private boolean awaitReady(ClientCallStreamObserver<Q> call) {
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
  public void beforeStart(ClientCallStreamObserver<Q> call) {
    requests = call;
    call.setOnReadyHandler(this::tell);
  }

  @Override
  public void onNext(A response) {
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
