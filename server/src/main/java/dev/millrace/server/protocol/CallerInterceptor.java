package dev.millrace.server.protocol;

import dev.millrace.server.model.Admitted;
import dev.millrace.server.model.Caller;
import dev.millrace.server.model.CertificateNames;
import dev.millrace.server.model.Credentials;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
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
 * Those of streams are looked at again while these are open. Thread-safe.
 */
public final class CallerInterceptor implements ServerInterceptor {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of(Credentials.AUTHORIZATION, Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> API_KEY =
      Metadata.Key.of(Credentials.API_KEY, Metadata.ASCII_STRING_MARSHALLER);

  private final Source source;
  private final OpenStreams streams;
  private final Function<Throwable, StatusRuntimeException> statuses;

  private interface Source {
    Admitted admit(ServerCall<?, ?> call, Metadata headers);
  }

  private CallerInterceptor(Source source, OpenStreams streams, StatusMapper statuses) {
    this.source = source;
    this.streams = streams;
    this.statuses = statuses::toStatus;
  }

  /** At a door that hears the network itself. */
  public static CallerInterceptor ofNetwork(
      Admission admission, OpenStreams streams, StatusMapper statuses) {
    return new CallerInterceptor(
        (call, headers) -> admitted(admission, method(call), credentials(call, headers)),
        streams,
        statuses);
  }

  /**
   * At a door behind another one, which knows who calls.
   *
   * @param caller of the present call; null when the other door does not say
   */
  public static CallerInterceptor behind(
      Supplier<@Nullable Admitted> caller,
      Admission admission,
      OpenStreams streams,
      StatusMapper statuses) {
    return new CallerInterceptor(
        (call, headers) -> admitted(admission, method(call), caller.get()), streams, statuses);
  }

  /**
   * The same, where the other door says it by a header: for the in-process transport alone, on
   * which nobody else can.
   */
  public static CallerInterceptor named(
      Metadata.Key<Admitted> header,
      Admission admission,
      OpenStreams streams,
      StatusMapper statuses) {
    return new CallerInterceptor(
        (call, headers) -> admitted(admission, method(call), headers.get(header)),
        streams,
        statuses);
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    Admitted admitted;
    try {
      admitted = source.admit(call, headers);
    } catch (RuntimeException refused) {
      StatusRuntimeException status = statuses.apply(refused);
      Metadata trailers = status.getTrailers();
      call.close(status.getStatus(), trailers == null ? new Metadata() : trailers);
      return new ServerCall.Listener<>() {};
    }
    Context context = Callers.with(admitted.caller());
    if (call.getMethodDescriptor().getType() == MethodDescriptor.MethodType.UNARY) {
      return Contexts.interceptCall(context, call, headers, next);
    }
    RefusableCall<Q, A> refusable = RefusableCall.of(call);
    return streams.watch(
        refusable, admitted, statuses, Contexts.interceptCall(context, refusable, headers, next));
  }

  private static Admitted admitted(Admission admission, String method, Credentials shown) {
    Caller caller = admission.admit(method, shown);
    return new Admitted(caller, () -> admission.admit(method, shown));
  }

  private static Admitted admitted(Admission admission, String method, @Nullable Admitted named) {
    Admitted admitted = named == null ? Admitted.NOBODY : named;
    admission.admit(method, admitted.caller());
    return admitted;
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
