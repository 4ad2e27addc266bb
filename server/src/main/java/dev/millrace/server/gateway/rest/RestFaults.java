package dev.millrace.server.gateway.rest;

import dev.millrace.server.gateway.json.StrictJson;
import dev.millrace.server.model.ServingException;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Errors as replies {@code {"error": "..."}}. A defect's own text stays in the log. Thread-safe.
 */
public final class RestFaults {
  private static final Logger log = LoggerFactory.getLogger(RestFaults.class);

  private final Supplier<String> errorIds;
  private final StrictJson json = new StrictJson("");

  /**
   * Replies to errors.
   *
   * @param errorIds makes the ids by which a defect is found in the log
   */
  public RestFaults(Supplier<String> errorIds) {
    this.errorIds = errorIds;
  }

  /**
   * The reply to any error.
   *
   * @param statuses HTTP's number for a code, as the wire has it
   */
  public RestReply reply(Throwable error, ToIntFunction<Status.Code> statuses) {
    Throwable cause = error;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof ServingException known) {
      Status.Code code = Status.Code.valueOf(known.reason().category().name());
      return reply(statuses.applyAsInt(code), known.message());
    }
    if (cause instanceof StatusRuntimeException answered) {
      Status status = answered.getStatus();
      String text = status.getDescription();
      return reply(
          statuses.applyAsInt(status.getCode()), text == null ? status.getCode().name() : text);
    }
    String id = errorIds.get();
    log.error("error {}", id, cause);
    return reply(
        statuses.applyAsInt(Status.Code.INTERNAL),
        "internal error; the server's log tells more under the error id " + id);
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
