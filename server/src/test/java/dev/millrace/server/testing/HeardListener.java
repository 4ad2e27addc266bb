package dev.millrace.server.testing;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A service that remembers the calls and messages that came to it, and answers nothing. */
public final class HeardListener<Q, A> extends ServerCall.Listener<Q>
    implements ServerCallHandler<Q, A> {
  private final List<Q> messages = new ArrayList<>();
  private @Nullable ServerCall<Q, A> call;
  private boolean halfClosed;

  @Override
  public ServerCall.Listener<Q> startCall(ServerCall<Q, A> started, Metadata headers) {
    call = started;
    return this;
  }

  /** The call as the service sees it; null when it never came so far. */
  public @Nullable ServerCall<Q, A> call() {
    return call;
  }

  /** The messages that reached the service. */
  public List<Q> messages() {
    return messages;
  }

  /** True when the service was told that no more will come. */
  public boolean isHalfClosed() {
    return halfClosed;
  }

  @Override
  public void onMessage(Q message) {
    messages.add(message);
  }

  @Override
  public void onHalfClose() {
    halfClosed = true;
  }
}
