package dev.millrace.server.testing;

import io.grpc.Attributes;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;

/** A call that remembers what was sent and how it was closed; like gRPC's own, it closes once. */
public final class FakeServerCall<Q, A> extends ServerCall<Q, A> {
  private final MethodDescriptor<Q, A> method;
  private final Attributes attributes;
  private final List<Status> closes = new ArrayList<>();
  private final List<Metadata> headers = new ArrayList<>();
  private final List<A> messages = new ArrayList<>();

  public FakeServerCall(MethodDescriptor<Q, A> method) {
    this(method, Attributes.EMPTY);
  }

  /** A call over a transport with these attributes. */
  public FakeServerCall(MethodDescriptor<Q, A> method, Attributes attributes) {
    this.method = method;
    this.attributes = attributes;
  }

  /** The statuses it was closed with. */
  public List<Status> closes() {
    return closes;
  }

  /** The headers that were sent. */
  public List<Metadata> headers() {
    return headers;
  }

  /** The messages that were sent. */
  public List<A> messages() {
    return messages;
  }

  @Override
  public Attributes getAttributes() {
    return attributes;
  }

  @Override
  public void request(int numMessages) {}

  @Override
  public void sendHeaders(Metadata sent) {
    headers.add(sent);
  }

  @Override
  public void sendMessage(A message) {
    messages.add(message);
  }

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
