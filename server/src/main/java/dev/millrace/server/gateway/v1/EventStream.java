package dev.millrace.server.gateway.v1;

import com.google.protobuf.Message;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpResponseWriter;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.millrace.server.gateway.HttpErrors;
import dev.millrace.server.gateway.RequestId;
import dev.millrace.server.gateway.ServiceCalls;
import dev.millrace.server.gateway.message.MessageJson;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A stream of messages as server-sent events: {@code id} where the API numbers them, {@code data}
 * as JSON in one line, then {@code event: end}, or {@code event: error} with a status. A message is
 * asked for when the one before has been sent; a comment is sent now and then, so that a client
 * that has gone is noticed. An error before the first message is an HTTP error. All of it runs on
 * the request's event loop.
 */
final class EventStream extends ClientCall.Listener<Message> {
  private static final long HEARTBEAT_SECONDS = 10;
  private static final long FIRST_WAIT_MILLIS = 200;
  private static final String HEARTBEAT = ":\n\n";

  private final ServiceRequestContext context;
  private final ClientCall<Message, Message> call;
  private final HttpErrors errors;
  private final CompletableFuture<HttpResponse> response = new CompletableFuture<>();
  private @Nullable HttpResponseWriter writer;
  private boolean ended;

  private EventStream(
      ServiceRequestContext context, ClientCall<Message, Message> call, HttpErrors errors) {
    this.context = context;
    this.call = call;
    this.errors = errors;
  }

  static HttpResponse open(
      ServiceCalls calls,
      ServiceRequestContext context,
      MethodDescriptor<Message, Message> method,
      Message request,
      HttpErrors errors) {
    context.clearRequestTimeout();
    ClientCall<Message, Message> call = calls.newCall(context, method);
    EventStream stream = new EventStream(context, call, errors);
    context.eventLoop().execute(() -> stream.begin(request, calls));
    return HttpResponse.of(stream.response);
  }

  private void begin(Message request, ServiceCalls calls) {
    call.start(this, new Metadata());
    call.sendMessage(request);
    call.halfClose();
    call.request(1);
    calls.cancelWith(context, call);
    // Whoever waits for an event that is long in coming shall know that the stream stands.
    context
        .eventLoop()
        .schedule(
            () -> {
              if (!ended) {
                writer();
              }
            },
            FIRST_WAIT_MILLIS,
            TimeUnit.MILLISECONDS);
    beatLater();
  }

  private void beatLater() {
    context
        .eventLoop()
        .schedule(
            () -> {
              if (!ended) {
                if (writer().tryWrite(HttpData.ofUtf8(HEARTBEAT))) {
                  beatLater();
                } else {
                  leave();
                }
              }
            },
            HEARTBEAT_SECONDS,
            TimeUnit.SECONDS);
  }

  @Override
  public void onMessage(Message message) {
    byte[] json = MessageJson.bytes(message);
    onLoop(
        () -> {
          if (ended) {
            return;
          }
          HttpResponseWriter to = writer();
          StringBuilder event = new StringBuilder(json.length + 32);
          Resumption.idOf(message).ifPresent(id -> event.append("id: ").append(id).append('\n'));
          event.append("data: ").append(new String(json, StandardCharsets.UTF_8)).append("\n\n");
          if (to.tryWrite(HttpData.ofUtf8(event.toString()))) {
            to.whenConsumed().thenRun(() -> call.request(1));
          } else {
            leave();
          }
        });
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    onLoop(
        () -> {
          if (ended) {
            return;
          }
          ended = true;
          com.google.rpc.Status told =
              status.isOk()
                  ? com.google.rpc.Status.getDefaultInstance()
                  : errors.status(status.asRuntimeException(trailers));
          if (writer == null && !status.isOk()) {
            response.complete(HttpErrors.response(RequestId.of(context), told));
            return;
          }
          HttpResponseWriter to = writer();
          String last =
              status.isOk()
                  ? "event: end\ndata: {}\n\n"
                  : "event: error\ndata: "
                      + new String(
                          HttpErrors.body(RequestId.of(context), told), StandardCharsets.UTF_8)
                      + "\n\n";
          if (to.tryWrite(HttpData.ofUtf8(last))) {
            to.close();
          }
        });
  }

  private void leaveUnlessEnded() {
    if (!ended) {
      leave();
    }
  }

  private void leave() {
    ended = true;
    call.cancel("the client has left", null);
  }

  private void onLoop(Runnable step) {
    if (context.eventLoop().inEventLoop()) {
      step.run();
    } else {
      context.eventLoop().execute(step);
    }
  }

  /** The body; the headers are sent when it is first needed. */
  private HttpResponseWriter writer() {
    if (writer == null) {
      writer = HttpResponse.streaming();
      writer.write(
          ResponseHeaders.builder(HttpStatus.OK)
              .contentType(MediaType.EVENT_STREAM.withCharset(StandardCharsets.UTF_8))
              .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
              // Proxies that gather answers would hold events back.
              .set("x-accel-buffering", "no")
              .build());
      response.complete(writer);
      writer.whenComplete().whenComplete((done, gone) -> onLoop(() -> leaveUnlessEnded()));
    }
    return writer;
  }
}
