package dev.millrace.server.protocol;

import dev.millrace.server.model.Caller;
import dev.millrace.server.model.CertificateNames;
import dev.millrace.server.model.Credentials;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Stands at a door: finds out who calls, and turns away who may not, before anything of the call is
 * read. Callers are told apart by their address, without its port, where they do not say more.
 * Thread-safe.
 */
public final class CallerInterceptor implements ServerInterceptor {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of(Credentials.AUTHORIZATION, Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> API_KEY =
      Metadata.Key.of(Credentials.API_KEY, Metadata.ASCII_STRING_MARSHALLER);

  private final Source source;
  private final Function<Throwable, StatusRuntimeException> statuses;

  private interface Source {
    Caller admit(ServerCall<?, ?> call, Metadata headers);
  }

  private CallerInterceptor(Source source, StatusMapper statuses) {
    this.source = source;
    this.statuses = statuses::toStatus;
  }

  /** At a door that hears the network itself. */
  public static CallerInterceptor ofNetwork(Admission admission, StatusMapper statuses) {
    return new CallerInterceptor(
        (call, headers) -> admission.admit(method(call), credentials(call, headers)), statuses);
  }

  /**
   * At a door behind another one, which knows who calls.
   *
   * @param caller of the present call; null when the other door does not say
   */
  public static CallerInterceptor behind(
      Supplier<@Nullable Caller> caller, Admission admission, StatusMapper statuses) {
    return new CallerInterceptor(
        (call, headers) -> admitted(admission, method(call), caller.get()), statuses);
  }

  /**
   * The same, where the other door says it by a header: for the in-process transport alone, on
   * which nobody else can.
   */
  public static CallerInterceptor named(
      Metadata.Key<Caller> header, Admission admission, StatusMapper statuses) {
    return new CallerInterceptor(
        (call, headers) -> admitted(admission, method(call), headers.get(header)), statuses);
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    Caller caller;
    try {
      caller = source.admit(call, headers);
    } catch (RuntimeException refused) {
      StatusRuntimeException status = statuses.apply(refused);
      Metadata trailers = status.getTrailers();
      call.close(status.getStatus(), trailers == null ? new Metadata() : trailers);
      return new ServerCall.Listener<>() {};
    }
    return Contexts.interceptCall(Callers.with(caller), call, headers, next);
  }

  private static Caller admitted(Admission admission, String method, @Nullable Caller named) {
    Caller caller = named == null ? Caller.UNKNOWN : named;
    admission.admit(method, caller);
    return caller;
  }

  private static String method(ServerCall<?, ?> call) {
    return call.getMethodDescriptor().getFullMethodName();
  }

  private static Credentials credentials(ServerCall<?, ?> call, Metadata headers) {
    return new Credentials(
        address(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR)),
        text(headers, AUTHORIZATION),
        text(headers, API_KEY),
        () -> CertificateNames.of(call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION)));
  }

  private static String text(Metadata headers, Metadata.Key<String> key) {
    String value = headers.get(key);
    return value == null ? "" : value;
  }

  static String address(@Nullable SocketAddress peer) {
    InetAddress address = peer instanceof InetSocketAddress inet ? inet.getAddress() : null;
    return address == null ? "" : address.getHostAddress();
  }
}
