package dev.millrace.server.protocol;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.rpc.ErrorInfo;
import com.google.rpc.PreconditionFailure;
import com.google.rpc.QuotaFailure;
import com.google.rpc.ResourceInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns errors into what goes over the wire: a canonical code, a message that says what to do, and
 * details that programs read. The only place that does. Thread-safe.
 */
public final class StatusMapper {
  private static final Logger log = LoggerFactory.getLogger(StatusMapper.class);
  private static final String DOMAIN = "millrace.dev";
  private static final String QUOTA = "quota";
  private static final Metadata.Key<String> PUSHBACK =
      Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER);

  private final Supplier<String> errorIds;

  /**
   * A mapper.
   *
   * @param errorIds makes the ids by which a defect is found in the log
   */
  public StatusMapper(Supplier<String> errorIds) {
    this.errorIds = errorIds;
  }

  /** The status of any error; a defect's own text stays in the log. */
  public StatusRuntimeException toStatus(Throwable error) {
    Throwable cause = cause(error);
    return cause instanceof ServingException known
        ? known(known, Wording.of(known))
        : defect(cause);
  }

  /** The status of any error in the words of another wire; a defect's are ours. */
  public StatusRuntimeException toStatus(
      Throwable error, Function<ServingException, Wording> words) {
    Throwable cause = cause(error);
    return cause instanceof ServingException known
        ? known(known, words.apply(known))
        : toStatus(cause);
  }

  private static Throwable cause(Throwable error) {
    Throwable cause = error;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  private StatusRuntimeException defect(Throwable error) {
    String id = errorIds.get();
    log.error("error {}", id, error);
    ServingException known =
        new ServingException(
            ErrorReason.INTERNAL,
            "internal error; the server's log tells more under the error id",
            Map.of("error_id", id));
    return known(known, Wording.of(known));
  }

  private static StatusRuntimeException known(ServingException error, Wording words) {
    String message = StatusSize.text(words.text());
    Map<String, String> metadata = new TreeMap<>(error.metadata());
    metadata.replaceAll((key, value) -> StatusSize.value(value));
    Status.Builder status =
        Status.newBuilder()
            .setCode(words.code().value())
            .setMessage(message)
            .addDetails(
                Any.pack(
                    ErrorInfo.newBuilder()
                        .setReason(error.reason().name())
                        .setDomain(DOMAIN)
                        .putAllMetadata(metadata)
                        .build()));
    if (!error.violations().isEmpty()) {
      status.addDetails(Any.pack(StatusSize.violations(error.violations())));
    }
    addSubject(status, error.reason(), message, metadata);
    Metadata trailers = new Metadata();
    error
        .retryAfter()
        .ifPresent(
            delay -> {
              status.addDetails(
                  Any.pack(
                      RetryInfo.newBuilder()
                          .setRetryDelay(
                              Duration.newBuilder()
                                  .setSeconds(delay.getSeconds())
                                  .setNanos(delay.getNano()))
                          .build()));
              trailers.put(PUSHBACK, Long.toString(Math.max(1, delay.toMillis())));
            });
    return StatusProto.toStatusRuntimeException(status.build(), trailers);
  }

  private static void addSubject(
      Status.Builder status, ErrorReason reason, String message, Map<String, String> metadata) {
    if (reason.category() == ErrorReason.Category.NOT_FOUND) {
      String type = reason.name().replace("_NOT_FOUND", "").toLowerCase(Locale.ROOT);
      status.addDetails(
          Any.pack(
              ResourceInfo.newBuilder()
                  .setResourceType(type)
                  .setResourceName(ResourceNames.of(type, metadata))
                  .setDescription(message)
                  .build()));
    } else if (reason.category() == ErrorReason.Category.FAILED_PRECONDITION) {
      status.addDetails(
          Any.pack(
              PreconditionFailure.newBuilder()
                  .addViolations(
                      PreconditionFailure.Violation.newBuilder()
                          .setType(reason.name())
                          .setSubject(ResourceNames.subject(metadata))
                          .setDescription(message))
                  .build()));
    } else if (metadata.containsKey(QUOTA)) {
      status.addDetails(
          Any.pack(
              QuotaFailure.newBuilder()
                  .addViolations(
                      QuotaFailure.Violation.newBuilder()
                          .setSubject("caller")
                          .setQuotaMetric(DOMAIN + "/" + metadata.get(QUOTA))
                          .setDescription(message))
                  .build()));
    }
  }
}
