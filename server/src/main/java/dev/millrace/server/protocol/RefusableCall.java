package dev.millrace.server.protocol;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/**
 * A call that may be refused from without while its service answers on other threads: whichever
 * closes it first has the last word, and what comes later is dropped. gRPC's own calls allow no two
 * threads at once. Thread-safe for sending and closing.
 */
final class RefusableCall<Q, A> extends SimpleForwardingServerCall<Q, A> {
  @GuardedBy("this")
  private boolean closed;

  private volatile boolean refused;

  private RefusableCall(ServerCall<Q, A> call) {
    super(call);
  }

  /** The call itself if it may be refused already. */
  static <Q, A> RefusableCall<Q, A> of(ServerCall<Q, A> call) {
    return call instanceof RefusableCall<Q, A> refusable ? refusable : new RefusableCall<>(call);
  }

  /** Closes the call in place of its service, unless that has closed it. */
  synchronized void refuse(StatusRuntimeException status) {
    refused = true;
    if (!closed) {
      Metadata trailers = status.getTrailers();
      close(status.getStatus(), trailers == null ? new Metadata() : trailers);
    }
  }

  boolean isRefused() {
    return refused;
  }

  @Override
  public synchronized void sendHeaders(Metadata headers) {
    if (!refused) {
      super.sendHeaders(headers);
    }
  }

  @Override
  public synchronized void sendMessage(A message) {
    if (!refused) {
      super.sendMessage(message);
    }
  }

  @Override
  public synchronized void close(Status status, Metadata trailers) {
    if (!closed || !refused) {
      closed = true;
      super.close(status, trailers);
    }
  }
}
