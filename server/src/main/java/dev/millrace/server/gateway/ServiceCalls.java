package dev.millrace.server.gateway;

import com.linecorp.armeria.server.ServiceRequestContext;
import dev.millrace.server.model.Admitted;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.netty.channel.ChannelFutureListener;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Calls the services for an HTTP request, within the process: with what of its headers concerns
 * them, for the caller that it comes from, until its deadline, and no longer than it lasts.
 * Messages are handed over by reference, and the answer comes on whatever thread it was made on.
 * Thread-safe.
 */
public final class ServiceCalls {
  /** Who the door has let in; set here alone, whatever a request says. */
  public static final Metadata.Key<Admitted> CALLER =
      Metadata.Key.of("millrace-caller-bin", new HandedOver());

  private static final Metadata.Key<String> REQUEST_ID =
      Metadata.Key.of(RequestId.HEADER, Metadata.ASCII_STRING_MARSHALLER);

  private static final List<String> CARRIED = List.of("traceparent", "tracestate", "x-request-id");

  private final Channel channel;

  /** Calls through a channel within the process. */
  public ServiceCalls(Channel channel) {
    this.channel = channel;
  }

  /**
   * Makes a unary call.
   *
   * @return the answer, or a {@link StatusRuntimeException} with what the service says
   */
  public <Q, A> CompletableFuture<A> unary(
      ServiceRequestContext context, MethodDescriptor<Q, A> method, Q request) {
    CompletableFuture<A> answer = new CompletableFuture<>();
    ClientCall<Q, A> call = newCall(context, method);
    ClientCalls.asyncUnaryCall(
        call,
        request,
        new StreamObserver<A>() {
          @Override
          public void onNext(A value) {
            answer.complete(value);
          }

          @Override
          public void onError(Throwable failure) {
            answer.completeExceptionally(failure);
          }

          @Override
          public void onCompleted() {
            // The answer has come.
          }
        });
    cancelWith(context, call);
    return answer;
  }

  /** A call that is not begun; once it is, {@link #cancelWith} shall follow. */
  public <Q, A> ClientCall<Q, A> newCall(
      ServiceRequestContext context, MethodDescriptor<Q, A> method) {
    return newCall(context, method, CallOptions.DEFAULT);
  }

  /**
   * The same.
   *
   * @param options what holds where the request has no deadline of its own
   */
  public <Q, A> ClientCall<Q, A> newCall(
      ServiceRequestContext context, MethodDescriptor<Q, A> method, CallOptions options) {
    return ClientInterceptors.intercept(
            channel, MetadataUtils.newAttachHeadersInterceptor(headers(context)))
        .newCall(method, options(context, options));
  }

  /** Has a call that was begun end when its request does: the client leaves, or time is over. */
  public void cancelWith(ServiceRequestContext context, ClientCall<?, ?> call) {
    context
        .whenRequestCancelling()
        .thenAccept(cause -> call.cancel("the HTTP request has ended", cause));
    // Of a connection that breaks, the library tells the log alone; after the answer it is too late
    // to cancel, and nothing happens.
    context.log().whenComplete().thenRun(() -> call.cancel("the HTTP request has ended", null));
    io.netty.channel.Channel connection = context.log().partial().channel();
    if (connection != null && !context.sessionProtocol().isMultiplex()) {
      // With HTTP/1 it tells it a second late, in which most runs would end for nobody.
      ChannelFutureListener left = closed -> call.cancel("the client has left", null);
      connection.closeFuture().addListener(left);
      context.log().whenComplete().thenRun(() -> connection.closeFuture().removeListener(left));
    }
  }

  private static CallOptions options(ServiceRequestContext context, CallOptions otherwise) {
    String timeout = context.request().headers().get("grpc-timeout");
    try {
      return timeout == null
          ? otherwise
          : otherwise.withDeadlineAfter(GrpcTimeout.nanos(timeout), TimeUnit.NANOSECONDS);
    } catch (IllegalArgumentException otherForm) {
      throw new ServingException(
          ErrorReason.REQUEST_MALFORMED, String.valueOf(otherForm.getMessage()));
    }
  }

  private static Metadata headers(ServiceRequestContext context) {
    Metadata metadata = new Metadata();
    for (String name : CARRIED) {
      String value = context.request().headers().get(name);
      if (value != null) {
        metadata.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value);
      }
    }
    String id = RequestId.of(context);
    if (!id.isEmpty()) {
      // The one that the answer names, also where the caller sent none or one of another form.
      metadata.discardAll(REQUEST_ID);
      metadata.put(REQUEST_ID, id);
    }
    metadata.put(CALLER, RequestCaller.of(context));
    return metadata;
  }

  /** Hands a caller over within the process. What comes as mere bytes is nobody. */
  private static final class HandedOver implements Metadata.BinaryStreamMarshaller<Admitted> {
    @Override
    public InputStream toStream(Admitted admitted) {
      return new AdmittedStream(admitted);
    }

    @Override
    public Admitted parseStream(InputStream stream) {
      return stream instanceof AdmittedStream own ? own.admitted : Admitted.NOBODY;
    }
  }

  /** Has the caller beside the bytes that a transport would write. */
  private static final class AdmittedStream extends ByteArrayInputStream {
    private final Admitted admitted;

    AdmittedStream(Admitted admitted) {
      super(admitted.caller().id().getBytes(StandardCharsets.UTF_8));
      this.admitted = admitted;
    }
  }
}
