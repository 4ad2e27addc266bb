package dev.millrace.server.protocol;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.regex.Pattern;

/**
 * The name that a caller gives a call by the header {@code x-request-id}, whatever its wire: the
 * truth of a prediction can be told by it. It comes back in the answer's header, or in the trailer
 * of an answer that is an error. One of another form than 1 to 64 letters, digits, dots, dashes and
 * underscores is passed over. Thread-safe.
 */
public final class RequestName implements ServerInterceptor {
  /** The header's name. */
  public static final String HEADER = "x-request-id";

  private static final Metadata.Key<String> KEY =
      Metadata.Key.of(HEADER, Metadata.ASCII_STRING_MARSHALLER);
  private static final Context.Key<String> NAME = Context.keyWithDefault("request-name", "");
  private static final Pattern HARMLESS = Pattern.compile("[A-Za-z0-9._-]{1,64}");

  /** The name of the present call; empty for one that has none. */
  public static String current() {
    return NAME.get();
  }

  /** A name's own, where the message has room for one, or else the present call's. */
  public static String orCurrent(String own) {
    return own.isEmpty() ? current() : own;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    String name = headers.get(KEY);
    if (name == null || !HARMLESS.matcher(name).matches()) {
      return next.startCall(call, headers);
    }
    return Contexts.interceptCall(
        Context.current().withValue(NAME, name), new Named<>(call, name), headers, next);
  }

  /** Tells the name with the answer. */
  private static final class Named<Q, A> extends SimpleForwardingServerCall<Q, A> {
    private final String name;
    private boolean told;

    Named(ServerCall<Q, A> call, String name) {
      super(call);
      this.name = name;
    }

    @Override
    public void sendHeaders(Metadata headers) {
      headers.put(KEY, name);
      told = true;
      super.sendHeaders(headers);
    }

    @Override
    public void close(Status status, Metadata trailers) {
      if (!told) {
        trailers.put(KEY, name);
      }
      super.close(status, trailers);
    }
  }
}
