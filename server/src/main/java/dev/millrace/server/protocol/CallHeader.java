package dev.millrace.server.protocol;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;

/** A header by which a caller switches something on with {@code true} or 1. Thread-safe. */
public final class CallHeader implements ServerInterceptor {
  private final Metadata.Key<String> header;
  private final Context.Key<Boolean> on;

  /** A switch that is off where the header is not sent. */
  public CallHeader(String name) {
    this.header = Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    this.on = Context.keyWithDefault(name, false);
  }

  /** True when the present call has switched it on. */
  public boolean isOn() {
    return on.get();
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    String value = headers.get(header);
    boolean sent = value != null && (value.equalsIgnoreCase("true") || value.equals("1"));
    return sent
        ? Contexts.interceptCall(Context.current().withValue(on, true), call, headers, next)
        : next.startCall(call, headers);
  }
}
