package dev.millrace.server.gateway.rest;

import com.google.protobuf.ByteString;
import com.google.rpc.Status;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpObject;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.Route;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.millrace.server.gateway.ErrorForm;
import dev.millrace.server.gateway.HttpRoutes;
import dev.millrace.server.gateway.RequestBody;
import dev.millrace.server.gateway.ServiceCalls;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The paths of a wire at the HTTP door. Small bodies are read on the event loop, where they cost
 * less than another thread would; large ones elsewhere.
 */
public final class RestRoutes implements HttpRoutes {
  private static final int LARGE = 1 << 16;

  private final String paths;
  private final RestWire wire;
  private final RestFaults faults;
  private final ServiceCalls calls;
  private final Executor large;

  /**
   * The paths.
   *
   * @param paths a regular expression for whole paths
   * @param large reads bodies that take long to read
   */
  public RestRoutes(
      String paths, RestWire wire, RestFaults faults, ServiceCalls calls, Executor large) {
    this.paths = paths;
    this.wire = wire;
    this.faults = faults;
    this.calls = calls;
    this.large = large;
  }

  @Override
  public void addTo(ServerBuilder builder) {
    builder.service(Route.builder().regex(paths).build(), new Paths());
  }

  /** Errors that the door finds have the wire's form, too. */
  private final class Paths implements HttpService, ErrorForm {
    @Override
    public HttpResponse serve(ServiceRequestContext context, HttpRequest request) {
      return HttpResponse.of(
          RequestBody.read(context, request)
              .handle((body, failure) -> answer(context, body, failure))
              .thenCompose(reply -> reply)
              .thenApply(RestRoutes::response));
    }

    @Override
    public HttpResponse response(Status status) {
      return RestRoutes.response(faults.reply(status));
    }
  }

  private CompletionStage<RestReply> answer(
      ServiceRequestContext context, byte @Nullable [] body, @Nullable Throwable failure) {
    if (body == null) {
      return CompletableFuture.completedFuture(
          faults.reply(failure == null ? new IllegalStateException("no body") : failure));
    }
    RestRequest request =
        new RestRequest(
            context.method().name(),
            context.path(),
            body,
            name -> Optional.ofNullable(context.request().headers().get(name)),
            new ContextChannel(calls, context),
            CallOptions.DEFAULT);
    return body.length < LARGE
        ? wire.answer(request)
        : CompletableFuture.supplyAsync(() -> wire.answer(request), large)
            .thenCompose(stage -> stage);
  }

  private static HttpResponse response(RestReply reply) {
    ResponseHeadersBuilder headers = ResponseHeaders.builder(reply.status());
    reply.headers().forEach(headers::add);
    if (!reply.contentType().isEmpty()) {
      headers.add(HttpHeaderNames.CONTENT_TYPE, reply.contentType());
    }
    long length = 0;
    List<HttpObject> objects = new ArrayList<>();
    for (ByteString part : reply.parts()) {
      if (part.isEmpty()) {
        continue;
      }
      length += part.size();
      objects.add(HttpData.wrap(Unpooled.wrappedBuffer(part.asReadOnlyByteBuffer())));
    }
    headers.contentLength(length);
    objects.add(0, headers.build());
    return HttpResponse.of(objects.toArray(new HttpObject[0]));
  }

  /** Calls with what a request's headers say of them. */
  private static final class ContextChannel extends Channel {
    private final ServiceCalls calls;
    private final ServiceRequestContext context;

    ContextChannel(ServiceCalls calls, ServiceRequestContext context) {
      this.calls = calls;
      this.context = context;
    }

    @Override
    public <Q, A> ClientCall<Q, A> newCall(MethodDescriptor<Q, A> method, CallOptions options) {
      ClientCall<Q, A> call = calls.newCall(context, method, options);
      return new SimpleForwardingClientCall<>(call) {
        @Override
        public void start(Listener<A> listener, Metadata headers) {
          super.start(listener, headers);
          calls.cancelWith(context, call);
        }
      };
    }

    @Override
    public String authority() {
      return "";
    }
  }
}
