package dev.millrace.client;

import com.google.common.util.concurrent.FutureCallback;
import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.MoreExecutors;
import io.grpc.ManagedChannel;
import io.grpc.stub.AbstractStub;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The connection that all handles of a client share. Thread-safe. */
record Channel(ManagedChannel grpc, Duration deadline) {
  /** A stub whose calls end in time. */
  <S extends AbstractStub<S>> S timed(S stub) {
    return stub.withDeadlineAfter(deadline.toNanos(), TimeUnit.NANOSECONDS);
  }

  Channel withDeadline(Duration other) {
    return new Channel(grpc, other);
  }

  /** A call's future; cancelling it cancels the call. */
  static <T> CompletableFuture<T> future(ListenableFuture<T> call) {
    CompletableFuture<T> future =
        new CompletableFuture<>() {
          @Override
          public boolean cancel(boolean mayInterrupt) {
            call.cancel(mayInterrupt);
            return super.cancel(mayInterrupt);
          }
        };
    Futures.addCallback(
        call,
        new FutureCallback<T>() {
          @Override
          public void onSuccess(@Nullable T result) {
            future.complete(result);
          }

          @Override
          public void onFailure(Throwable failure) {
            future.completeExceptionally(Errors.of(failure));
          }
        },
        MoreExecutors.directExecutor());
    return future;
  }

  /** Waits for a future and throws what went wrong as itself. */
  static <T> T await(CompletableFuture<T> future) {
    try {
      return future.get();
    } catch (InterruptedException e) {
      future.cancel(true);
      Thread.currentThread().interrupt();
      throw Errors.of(io.grpc.Status.CANCELLED.withDescription("interrupted").asRuntimeException());
    } catch (ExecutionException failed) {
      Throwable cause = failed.getCause();
      if (cause instanceof IllegalArgumentException wrongUse) {
        throw wrongUse;
      }
      throw Errors.of(failed);
    }
  }
}
