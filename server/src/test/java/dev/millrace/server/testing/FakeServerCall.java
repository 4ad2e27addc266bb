package dev.millrace.server.testing;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;

/** A call that remembers how it was closed; like gRPC's own, it can be closed once. */
public final class FakeServerCall<Q, A> extends ServerCall<Q, A> {
  private final MethodDescriptor<Q, A> method;
  private final List<Status> closes = new ArrayList<>();

  public FakeServerCall(MethodDescriptor<Q, A> method) {
    this.method = method;
  }

  /** The statuses it was closed with. */
  public List<Status> closes() {
    return closes;
  }

  @Override
  public void request(int numMessages) {}

  @Override
  public void sendHeaders(Metadata headers) {}

  @Override
  public void sendMessage(A message) {}

  @Override
  public void close(Status status, Metadata trailers) {
    if (!closes.isEmpty()) {
      throw new IllegalStateException("call already closed");
    }
    closes.add(status);
  }

  @Override
  public boolean isCancelled() {
    return false;
  }

  @Override
  public MethodDescriptor<Q, A> getMethodDescriptor() {
    return method;
  }
}
