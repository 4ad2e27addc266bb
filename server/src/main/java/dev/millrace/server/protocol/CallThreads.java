package dev.millrace.server.protocol;

import com.google.common.util.concurrent.MoreExecutors;
import io.grpc.Context;
import io.grpc.Detachable;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the threads that a service's calls run on: an executor's, or the transport's as long as
 * messages are small, which saves a switch of threads where the work is short and never blocks.
 * Events of one call stay in order. Thread-safe.
 */
public final class CallThreads implements ServerInterceptor {
  private final int inlineBytes;
  private final Executor executor;
  private final StatusMapper statuses;
  private final Predicate<String> moved;

  private CallThreads(
      int inlineBytes, Executor executor, StatusMapper statuses, Predicate<String> moved) {
    this.inlineBytes = inlineBytes;
    this.executor = executor;
    this.statuses = statuses;
    this.moved = moved;
  }

  /** All calls on an executor. */
  public static CallThreads of(Executor executor, StatusMapper statuses) {
    return new CallThreads(-1, executor, statuses, method -> true);
  }

  /**
   * Calls on the transport's threads, except from a larger message on.
   *
   * @param inlineBytes largest message that is parsed there
   */
  public static CallThreads ofTransport(int inlineBytes, Executor executor, StatusMapper statuses) {
    return new CallThreads(inlineBytes, executor, statuses, method -> false);
  }

  /** The same, but that all calls of some methods run on the executor, by their full names. */
  public CallThreads moving(Predicate<String> methods) {
    return new CallThreads(inlineBytes, executor, statuses, moved.or(methods));
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    RefusableCall<Q, A> refusable = RefusableCall.of(call);
    Events<Q> events = new Events<>(refusable);
    boolean move = moved.test(call.getMethodDescriptor().getFullMethodName());
    events.later(move, () -> events.begin(next.startCall(refusable, headers)));
    return events;
  }

  private final class Events<Q> extends ServerCall.Listener<Q> {
    private final RefusableCall<Q, ?> call;
    private @Nullable Executor sequence;
    private volatile boolean failed;
    private ServerCall.Listener<Q> delegate = new ServerCall.Listener<>() {};

    Events(RefusableCall<Q, ?> call) {
      this.call = call;
    }

    void begin(ServerCall.Listener<Q> begun) {
      delegate = begun;
    }

    /** Runs an event; from the first that must move to another thread, all follow it there. */
    void later(boolean move, Runnable event) {
      if (move && sequence == null) {
        sequence = MoreExecutors.newSequentialExecutor(executor);
      }
      if (sequence == null) {
        guarded(event);
      } else {
        sequence.execute(Context.current().wrap(() -> guarded(event)));
      }
    }

    /** After a defect the call is closed with it, and hears nothing more. */
    private void guarded(Runnable event) {
      if (failed) {
        return;
      }
      try {
        event.run();
      } catch (RuntimeException | Error defect) {
        failed = true;
        call.refuse(statuses.toStatus(defect));
      }
    }

    @Override
    public void onMessage(Q message) {
      boolean move = isLarge(message);
      Q kept = move || sequence != null ? keep(message) : message;
      later(move, () -> delegate.onMessage(kept));
    }

    @Override
    public void onHalfClose() {
      later(false, () -> delegate.onHalfClose());
    }

    @Override
    public void onCancel() {
      later(false, () -> delegate.onCancel());
    }

    @Override
    public void onComplete() {
      later(false, () -> delegate.onComplete());
    }

    @Override
    public void onReady() {
      later(false, () -> delegate.onReady());
    }

    /** gRPC closes a message's stream when it has been handed over. */
    @SuppressWarnings("unchecked")
    private Q keep(Q message) {
      if (message instanceof Detachable detachable) {
        return (Q) detachable.detach();
      }
      try {
        return message instanceof InputStream stream
            ? (Q) new ByteArrayInputStream(stream.readAllBytes())
            : message;
      } catch (IOException broken) {
        throw new UncheckedIOException(broken);
      }
    }

    private boolean isLarge(Q message) {
      try {
        return message instanceof InputStream stream && stream.available() > inlineBytes;
      } catch (IOException unknown) {
        return true;
      }
    }
  }
}
