package dev.millrace.server.gateway;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RequestInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import com.linecorp.armeria.common.ClosedSessionException;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ProtocolViolationException;
import com.linecorp.armeria.common.ResponseCompleteException;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import com.linecorp.armeria.common.util.Exceptions;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.millrace.server.gateway.message.MessageJson;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.netty.handler.codec.CodecException;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;

/**
 * Errors over HTTP: a google.rpc.Status as JSON, with the reason and the request's id among its
 * details, under the code of HTTP that says the same. Thread-safe.
 */
public final class HttpErrors {
  private static final int CLIENT_CLOSED_REQUEST = 499;
  private static final Map<ErrorReason, HttpStatus> BY_REASON =
      Map.of(
          ErrorReason.REQUEST_TOO_LARGE, HttpStatus.REQUEST_ENTITY_TOO_LARGE,
          ErrorReason.METHOD_NOT_ALLOWED, HttpStatus.METHOD_NOT_ALLOWED,
          ErrorReason.MEDIA_TYPE_UNSUPPORTED, HttpStatus.UNSUPPORTED_MEDIA_TYPE,
          ErrorReason.HOST_REFUSED, HttpStatus.MISDIRECTED_REQUEST,
          ErrorReason.REQUEST_TOO_SLOW, HttpStatus.REQUEST_TIMEOUT);

  private final Function<Throwable, StatusRuntimeException> statuses;

  /**
   * Errors.
   *
   * @param statuses turns what is thrown in the server into a status; defects are logged by it
   */
  public HttpErrors(Function<Throwable, StatusRuntimeException> statuses) {
    this.statuses = statuses;
  }

  /** What a service said, or what was thrown on the way to it. */
  public Status status(Throwable error) {
    Throwable cause = error;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    Status told =
        cause instanceof StatusRuntimeException || cause instanceof StatusException
            ? StatusProto.fromThrowable(cause)
            : null;
    if (told == null) {
      told = StatusProto.fromThrowable(statuses.apply(known(cause)));
    } else if (isOfTheCall(told)) {
      told = StatusProto.fromThrowable(statuses.apply(late()));
    }
    return told == null ? Status.getDefaultInstance() : told;
  }

  /** True when the call on the way to the service was given up before the service said a word. */
  private static boolean isOfTheCall(Status told) {
    return told.getCode() == Code.DEADLINE_EXCEEDED_VALUE && told.getDetailsCount() == 0;
  }

  /** What is said to a caller whose deadline has passed. */
  static ServingException late() {
    return new ServingException(ErrorReason.DEADLINE_EXPIRED, "the answer was not ready in time");
  }

  /** What the HTTP library says of a client is no defect of ours. */
  private static Throwable known(Throwable cause) {
    if (cause instanceof ClosedSessionException
        || cause instanceof ResponseCompleteException
        || Exceptions.isStreamCancelling(cause)) {
      return new ServingException(ErrorReason.CALLER_CANCELLED, "the client has left");
    }
    if (cause instanceof ProtocolViolationException) {
      return new ServingException(ErrorReason.REQUEST_MALFORMED, "the request is no proper HTTP");
    }
    return cause instanceof CodecException
        ? new ServingException(
            ErrorReason.REQUEST_MALFORMED, "the body is not compressed as its header says")
        : cause;
  }

  /** The answer to a request that failed. */
  public HttpResponse response(String requestId, Throwable error) {
    return response(requestId, status(error));
  }

  /** The answer of a status. */
  public static HttpResponse response(String requestId, Status status) {
    ResponseHeadersBuilder headers =
        ResponseHeaders.builder(httpStatus(status))
            .contentType(MediaType.JSON_UTF_8)
            .set(HttpHeaderNames.CACHE_CONTROL, "no-store");
    retrySeconds(status).ifPresent(seconds -> headers.set(HttpHeaderNames.RETRY_AFTER, seconds));
    challenge(status).ifPresent(text -> headers.set(HttpHeaderNames.WWW_AUTHENTICATE, text));
    return HttpResponse.of(headers.build(), line(body(requestId, status)));
  }

  /** The same in the form that the clients of the request's route expect. */
  static HttpResponse response(ServiceRequestContext context, Status status) {
    ErrorForm form = context.config().service().as(ErrorForm.class);
    return form == null ? response(RequestId.of(context), status) : form.response(status);
  }

  /** JSON with the end of its line, for those who read it in a terminal. */
  static HttpData line(byte[] json) {
    byte[] line = Arrays.copyOf(json, json.length + 1);
    line[json.length] = '\n';
    return HttpData.wrap(line);
  }

  /** The body of the answer: the status, with the request's id. */
  public static byte[] body(String requestId, Status status) {
    return MessageJson.bytes(
        status.toBuilder()
            .addDetails(Any.pack(RequestInfo.newBuilder().setRequestId(requestId).build()))
            .build());
  }

  /** The code of HTTP for a status. */
  public static HttpStatus httpStatus(Status status) {
    return reason(status)
        .map(BY_REASON::get)
        .orElseGet(() -> httpStatus(io.grpc.Status.fromCodeValue(status.getCode())));
  }

  private static HttpStatus httpStatus(io.grpc.Status status) {
    return switch (status.getCode()) {
      case OK -> HttpStatus.OK;
      case INVALID_ARGUMENT, FAILED_PRECONDITION, OUT_OF_RANGE -> HttpStatus.BAD_REQUEST;
      case UNAUTHENTICATED -> HttpStatus.UNAUTHORIZED;
      case PERMISSION_DENIED -> HttpStatus.FORBIDDEN;
      case NOT_FOUND -> HttpStatus.NOT_FOUND;
      case ALREADY_EXISTS, ABORTED -> HttpStatus.CONFLICT;
      case RESOURCE_EXHAUSTED -> HttpStatus.TOO_MANY_REQUESTS;
      case CANCELLED -> HttpStatus.valueOf(CLIENT_CLOSED_REQUEST);
      case UNIMPLEMENTED -> HttpStatus.NOT_IMPLEMENTED;
      case UNAVAILABLE -> HttpStatus.SERVICE_UNAVAILABLE;
      case DEADLINE_EXCEEDED -> HttpStatus.GATEWAY_TIMEOUT;
      default -> HttpStatus.INTERNAL_SERVER_ERROR;
    };
  }

  private static Optional<ErrorReason> reason(Status status) {
    return detail(status, ErrorInfo.class, ErrorInfo.getDefaultInstance())
        .flatMap(
            info ->
                Arrays.stream(ErrorReason.values())
                    .filter(reason -> reason.name().equals(info.getReason()))
                    .findFirst());
  }

  /** When to try again, as the header {@code Retry-After} says it; empty when nobody knows. */
  public static Optional<String> retrySeconds(Status status) {
    return detail(status, RetryInfo.class, RetryInfo.getDefaultInstance())
        .map(info -> info.getRetryDelay())
        // Rounded down, who comes back in time would come too early.
        .map(delay -> delay.getSeconds() + (delay.getNanos() > 0 ? 1 : 0))
        .map(seconds -> Long.toString(Math.max(1, seconds)));
  }

  /** How to say who calls, by RFC 6750; empty where that is not the matter. */
  public static Optional<String> challenge(Status status) {
    if (httpStatus(status) != HttpStatus.UNAUTHORIZED) {
      return Optional.empty();
    }
    boolean wrong = reason(status).filter(ErrorReason.CREDENTIALS_INVALID::equals).isPresent();
    return Optional.of(
        wrong ? "Bearer realm=\"millrace\", error=\"invalid_token\"" : "Bearer realm=\"millrace\"");
  }

  private static <M extends Message> Optional<M> detail(Status status, Class<M> type, M prototype) {
    return status.getDetailsList().stream()
        .filter(any -> any.is(type))
        .findFirst()
        .map(
            any -> {
              try {
                return any.unpack(type);
              } catch (InvalidProtocolBufferException ours) {
                return prototype;
              }
            });
  }
}
