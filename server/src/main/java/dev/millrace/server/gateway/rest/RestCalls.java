package dev.millrace.server.gateway.rest;

import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Unary calls of services in this process. Stateless. */
public final class RestCalls {
  /**
   * Header of a call that is made beside the one that was asked for, and that costs its caller
   * nothing.
   */
  public static final Metadata.Key<String> ASIDE =
      Metadata.Key.of("millrace-aside", Metadata.ASCII_STRING_MARSHALLER);

  private RestCalls() {}

  /** A call beside the one that was asked for. */
  public static <Q, A> CompletableFuture<A> aside(
      RestRequest request, MethodDescriptor<Q, A> method, Q message) {
    Metadata headers = new Metadata();
    headers.put(ASIDE, "true");
    return call(request.channel(), request, method, message, headers);
  }

  /** A call with the deadline and the identity of a request. */
  public static <Q, A> CompletableFuture<A> call(
      RestRequest request, MethodDescriptor<Q, A> method, Q message) {
    return call(request.channel(), request, method, message, new Metadata());
  }

  /**
   * The same with headers of its own. Who gives up the answer gives up the call.
   *
   * @return fails with a {@link StatusRuntimeException}
   */
  public static <Q, A> CompletableFuture<A> call(
      Channel channel,
      RestRequest request,
      MethodDescriptor<Q, A> method,
      Q message,
      Metadata headers) {
    ClientCall<Q, A> call = channel.newCall(method, request.options());
    CompletableFuture<A> answer = new CompletableFuture<>();
    answer.whenComplete(
        (value, failure) -> {
          if (answer.isCancelled()) {
            call.cancel("the caller has gone", null);
          }
        });
    call.start(new Answer<>(answer), headers);
    call.request(1);
    call.sendMessage(message);
    call.halfClose();
    return answer;
  }

  private static final class Answer<A> extends ClientCall.Listener<A> {
    private final CompletableFuture<A> answer;
    private @Nullable A message;

    Answer(CompletableFuture<A> answer) {
      this.answer = answer;
    }

    @Override
    public void onMessage(A received) {
      message = received;
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      A received = message;
      if (status.isOk() && received != null) {
        answer.complete(received);
      } else {
        Status told = status.isOk() ? Status.INTERNAL.withDescription("no answer") : status;
        answer.completeExceptionally(new StatusRuntimeException(told, trailers));
      }
    }
  }
}
