package dev.millrace.server.gateway.rest;

import com.google.rpc.Status;
import dev.millrace.server.gateway.HttpErrors;
import dev.millrace.server.gateway.json.StrictJson;
import io.grpc.Status.Code;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToIntFunction;

/** Errors as replies {@code {"error": "..."}}. Thread-safe. */
public final class RestFaults {
  private final HttpErrors errors;
  private final StrictJson json = new StrictJson("");

  /** Replies to errors, whose defects are logged by these. */
  public RestFaults(HttpErrors errors) {
    this.errors = errors;
  }

  /**
   * The reply to any error.
   *
   * @param statuses HTTP's number for a code, as the wire has it
   */
  public RestReply reply(Throwable error, ToIntFunction<Code> statuses) {
    Status status = errors.status(error);
    Code code = io.grpc.Status.fromCodeValue(status.getCode()).getCode();
    String text = status.getMessage();
    return explained(status, reply(statuses.applyAsInt(code), text.isEmpty() ? code.name() : text));
  }

  /** The reply to an error of HTTP itself, such as a body that is too large. */
  public RestReply reply(Throwable error) {
    return reply(errors.status(error));
  }

  /** The reply to what the door says. */
  RestReply reply(Status status) {
    return explained(status, reply(HttpErrors.httpStatus(status).code(), status.getMessage()));
  }

  /** With what its headers tell: when to try again, and how to say who calls. */
  private static RestReply explained(Status status, RestReply reply) {
    Map<String, String> headers = new TreeMap<>();
    HttpErrors.retrySeconds(status).ifPresent(seconds -> headers.put("retry-after", seconds));
    HttpErrors.challenge(status).ifPresent(text -> headers.put("www-authenticate", text));
    return headers.isEmpty()
        ? reply
        : new RestReply(reply.status(), reply.contentType(), headers, reply.parts());
  }

  /** The reply with a text. */
  public RestReply reply(int status, String text) {
    return RestReply.json(
        status,
        json.write(
            0,
            generator -> {
              generator.writeStartObject();
              generator.writeStringField("error", text);
              generator.writeEndObject();
            }));
  }
}
