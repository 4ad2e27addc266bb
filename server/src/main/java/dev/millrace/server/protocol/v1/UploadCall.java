package dev.millrace.server.protocol.v1;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.protocol.StatusMapper;
import dev.millrace.v1.FilePiece;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One call that sends a plan, and then the files of the plan in pieces. Takes the next message when
 * the one before is on the disk, so that no upload piles up in memory. Its events come one after
 * the other.
 *
 * @param <M> messages that are sent
 * @param <A> the answer
 * @param <U> an upload under way
 */
abstract class UploadCall<M, A, U> implements StreamObserver<M> {
  private static final int LARGEST_PIECE = 4 << 20;

  private final ServerCallStreamObserver<A> observer;
  private final StatusMapper statuses;
  private final Executor finishing;
  private @Nullable U upload;
  private boolean ended;

  UploadCall(ServerCallStreamObserver<A> observer, StatusMapper statuses, Executor finishing) {
    this.observer = observer;
    this.statuses = statuses;
    this.finishing = finishing;
  }

  /**
   * Takes a message: a plan, for which {@link #requireFirst} and then {@link #hold} or {@link
   * #answer} are called, or a {@link #piece}.
   */
  abstract void take(M message);

  /** Writes a piece. */
  abstract void write(U into, String path, long offset, ByteBuffer data);

  /** Checks and publishes what has arrived; the upload is closed in any case. */
  abstract A finish(U whole);

  /** Gives an upload up. */
  abstract void close(U held);

  final void begin() {
    observer.disableAutoRequest();
    observer.setOnCancelHandler(this::release);
    observer.setOnCloseHandler(this::release);
    observer.request(1);
  }

  @Override
  public final void onNext(M message) {
    if (ended) {
      return;
    }
    try {
      take(message);
      if (!ended) {
        observer.request(1);
      }
    } catch (RuntimeException refused) {
      ended = true;
      release();
      observer.onError(statuses.toStatus(refused));
    }
  }

  @Override
  public final void onError(Throwable broken) {
    release();
  }

  @Override
  public final void onCompleted() {
    if (ended) {
      return;
    }
    U whole = upload;
    ended = true;
    if (whole == null) {
      observer.onError(statuses.toStatus(noPlan()));
      return;
    }
    // From here on the upload is the other thread's.
    upload = null;
    later(() -> finish(whole), () -> close(whole));
  }

  /** Refuses a second plan. */
  final void requireFirst() {
    if (upload != null) {
      throw invalid("the plan came twice");
    }
  }

  /** The upload that the pieces are for. */
  final void hold(U begun) {
    upload = begun;
  }

  /** Answers a plan whose files are there already; what was held for it is somebody else's now. */
  final void answer(A answer) {
    ended = true;
    upload = null;
    send(answer);
  }

  /** The same, with an answer that takes time to make. */
  final void answerLater(Supplier<A> answer) {
    ended = true;
    upload = null;
    later(answer, () -> {});
  }

  private void later(Supplier<A> answer, Runnable unless) {
    try {
      finishing.execute(() -> make(answer));
    } catch (RejectedExecutionException stopping) {
      unless.run();
      observer.onError(
          statuses.toStatus(
              new ServingException(ErrorReason.DRAINING, "the server is stopping; try again")));
    }
  }

  final void piece(FilePiece piece) {
    U into = upload;
    if (into == null) {
      throw noPlan();
    }
    if (piece.getData().size() > LARGEST_PIECE) {
      throw invalid("a piece has more than the " + LARGEST_PIECE + " bytes that are taken");
    }
    write(into, piece.getPath(), piece.getOffset(), piece.getData().asReadOnlyByteBuffer());
  }

  /** What a message without content is refused with. */
  static ServingException empty() {
    return invalid("a message has neither a plan nor a piece");
  }

  private void make(Supplier<A> made) {
    A answer;
    try {
      answer = made.get();
    } catch (RuntimeException | Error refused) {
      observer.onError(statuses.toStatus(refused));
      return;
    }
    send(answer);
  }

  private void send(A answer) {
    observer.onNext(answer);
    observer.onCompleted();
  }

  private void release() {
    ended = true;
    U held = upload;
    upload = null;
    if (held != null) {
      close(held);
    }
  }

  private static ServingException noPlan() {
    return invalid("the first message must be the plan");
  }

  private static ServingException invalid(String why) {
    return new ServingException(ErrorReason.IMPORT_INVALID, why);
  }
}
