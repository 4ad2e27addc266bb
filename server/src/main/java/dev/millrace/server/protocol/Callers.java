package dev.millrace.server.protocol;

import dev.millrace.server.model.Access;
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
 * Knows who makes the present call. Where nobody is authenticated, callers are told apart by the
 * address that they come from, without its port, so that those behind one proxy are one. Stateless.
 */
public final class Callers {
  private static final Context.Key<Caller> CALLER =
      Context.keyWithDefault("caller", Caller.UNKNOWN);

  private Callers() {}

  /**
   * Who makes the present call; {@link Caller#UNKNOWN} outside of calls. To be asked on the threads
   * of the call alone, not in what completes later.
   */
  public static Caller current() {
    return CALLER.get();
  }

  /** Names callers by the address that the transport tells, and lets each do everything. */
  public static ServerInterceptor byAddress() {
    return new ServerInterceptor() {
      @Override
      public <Q, A> ServerCall.Listener<Q> interceptCall(
          ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        Caller caller = of(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
        return as(caller, call, headers, next);
      }
    };
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
        Caller caller = name == null ? Caller.UNKNOWN : new Caller(name, Access.ALL);
        return as(caller, call, headers, next);
      }
    };
  }

  private static <Q, A> ServerCall.Listener<Q> as(
      Caller caller, ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    return Contexts.interceptCall(Context.current().withValue(CALLER, caller), call, headers, next);
  }

  static Caller of(@Nullable SocketAddress peer) {
    InetAddress address = peer instanceof InetSocketAddress inet ? inet.getAddress() : null;
    String id = address == null ? Caller.UNKNOWN.id() : address.getHostAddress();
    return new Caller(id, Access.ALL);
  }
}
