package dev.millrace.server.protocol;

import dev.millrace.server.model.Caller;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Tells calls apart by the address that they come from, without its port. Callers behind one proxy
 * are one caller to it. Thread-safe.
 */
public final class CallerAddress implements ServerInterceptor {
  private static final Context.Key<Caller> CALLER =
      Context.keyWithDefault("caller", Caller.UNKNOWN);

  /** Who makes the present call; {@link Caller#UNKNOWN} outside of calls. */
  public static Caller current() {
    return CALLER.get();
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    Caller caller = of(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
    return Contexts.interceptCall(Context.current().withValue(CALLER, caller), call, headers, next);
  }

  /**
   * Takes the caller's address from a header instead: for the in-process transport alone, on which
   * the HTTP door sets it and nobody else can.
   */
  public static ServerInterceptor named(Metadata.Key<String> header) {
    return new ServerInterceptor() {
      @Override
      public <Q, A> ServerCall.Listener<Q> interceptCall(
          ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        String name = headers.get(header);
        Caller caller = name == null ? Caller.UNKNOWN : new Caller(name);
        return Contexts.interceptCall(
            Context.current().withValue(CALLER, caller), call, headers, next);
      }
    };
  }

  static Caller of(@Nullable SocketAddress peer) {
    InetAddress address = peer instanceof InetSocketAddress inet ? inet.getAddress() : null;
    return address == null ? Caller.UNKNOWN : new Caller(address.getHostAddress());
  }
}
