package dev.millrace.server.gateway;

import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.ContentTooLargeException;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.HttpResponseException;
import com.linecorp.armeria.server.HttpStatusException;
import com.linecorp.armeria.server.RequestTimeoutException;
import com.linecorp.armeria.server.ServerErrorHandler;
import com.linecorp.armeria.server.ServiceConfig;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Errors that the HTTP library itself finds, in the form of all others. Thread-safe. */
final class DoorErrors implements ServerErrorHandler {
  private final HttpErrors errors;
  private final Supplier<String> ids;

  DoorErrors(HttpErrors errors, Supplier<String> ids) {
    this.errors = errors;
    this.ids = ids;
  }

  @Override
  public HttpResponse onServiceException(ServiceRequestContext context, Throwable cause) {
    if (cause instanceof HttpResponseException ready) {
      return ready.httpResponse();
    }
    return HttpErrors.response(context, errors.status(known(context, cause)));
  }

  private static Throwable known(ServiceRequestContext context, Throwable cause) {
    if (cause instanceof HttpStatusException status) {
      if (status.httpStatus() == HttpStatus.REQUEST_ENTITY_TOO_LARGE) {
        Unread.close(context);
      }
      return known(status.httpStatus());
    }
    if (cause instanceof ContentTooLargeException) {
      Unread.close(context);
      return known(HttpStatus.REQUEST_ENTITY_TOO_LARGE);
    }
    if (cause instanceof RequestTimeoutException) {
      boolean arrived = context.request().whenComplete().isDone();
      if (!arrived) {
        Unread.close(context);
      }
      return known(arrived ? HttpStatus.GATEWAY_TIMEOUT : HttpStatus.REQUEST_TIMEOUT);
    }
    return cause;
  }

  @Override
  public AggregatedHttpResponse onProtocolViolation(
      ServiceConfig config,
      @Nullable RequestHeaders headers,
      HttpStatus status,
      @Nullable String description,
      @Nullable Throwable cause) {
    return render("", headers, status);
  }

  @Override
  public AggregatedHttpResponse renderStatus(
      @Nullable ServiceRequestContext context,
      ServiceConfig config,
      @Nullable RequestHeaders headers,
      HttpStatus status,
      @Nullable String description,
      @Nullable Throwable cause) {
    return render(context == null ? "" : RequestId.of(context), headers, status);
  }

  private AggregatedHttpResponse render(
      String given, @Nullable RequestHeaders headers, HttpStatus status) {
    String id = given.isEmpty() ? RequestId.choose(headers, ids) : given;
    return AggregatedHttpResponse.of(
        ResponseHeaders.builder(status)
            .contentType(MediaType.JSON_UTF_8)
            .set(RequestId.HEADER, id)
            .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
            .build(),
        HttpErrors.line(HttpErrors.body(id, errors.status(known(status)))));
  }

  private static ServingException known(HttpStatus status) {
    return switch (status.code()) {
      case 404 ->
          new ServingException(
              ErrorReason.ROUTE_NOT_FOUND,
              "there is nothing at this path; /api lists what there is");
      case 405 ->
          new ServingException(
              ErrorReason.METHOD_NOT_ALLOWED, "this path does not take this method");
      case 408 ->
          new ServingException(ErrorReason.REQUEST_TOO_SLOW, "the request took too long to arrive");
      case 413 ->
          new ServingException(
              ErrorReason.REQUEST_TOO_LARGE,
              "the body is larger than this server takes; see --max-message-size");
      case 414, 431 ->
          new ServingException(
              ErrorReason.REQUEST_TOO_LARGE,
              "the path or the headers are larger than this server takes");
      case 415 ->
          new ServingException(
              ErrorReason.MEDIA_TYPE_UNSUPPORTED, "this path does not take this media type");
      case 503 ->
          new ServingException(ErrorReason.DRAINING, "the server is stopping; try another one");
      case 504 -> HttpErrors.late();
      default ->
          status.isServerError()
              ? new ServingException(ErrorReason.INTERNAL, "the request could not be answered")
              : new ServingException(
                  ErrorReason.REQUEST_MALFORMED, "the request is no proper HTTP");
    };
  }
}
