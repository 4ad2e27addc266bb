package dev.millrace.server.gateway.rest;

import com.google.rpc.Status;
import dev.millrace.server.gateway.HttpErrors;
import dev.millrace.server.gateway.json.StrictJson;
import io.grpc.Status.Code;
import java.util.Map;
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
    return again(status, reply(statuses.applyAsInt(code), text.isEmpty() ? code.name() : text));
  }

  /** The reply to an error of HTTP itself, such as a body that is too large. */
  public RestReply reply(Throwable error) {
    Status status = errors.status(error);
    return again(status, reply(HttpErrors.httpStatus(status).code(), status.getMessage()));
  }

  private static RestReply again(Status status, RestReply reply) {
    return HttpErrors.retrySeconds(status)
        .map(
            seconds ->
                new RestReply(
                    reply.status(),
                    reply.contentType(),
                    Map.of("retry-after", seconds),
                    reply.parts()))
        .orElse(reply);
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
