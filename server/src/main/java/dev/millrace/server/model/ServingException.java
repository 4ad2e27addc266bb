package dev.millrace.server.model;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The one exception that reaches callers: a reason, a message that says what to do, and identity as
 * metadata. Messages never carry paths, class names, addresses or texts of other exceptions.
 */
public final class ServingException extends RuntimeException {
  private final ErrorReason reason;
  private final transient Map<String, String> metadata;
  private final transient List<FieldViolation> violations;
  private final transient @Nullable Duration retryAfter;
  private final transient @Nullable VersionId version;

  private ServingException(
      ErrorReason reason,
      String message,
      Map<String, String> metadata,
      List<FieldViolation> violations,
      @Nullable Duration retryAfter,
      @Nullable Throwable cause) {
    // An overloaded server refuses thousands a second; where they were refused is in the reason.
    super(message, cause, false, false);
    this.version = null;
    this.reason = reason;
    this.metadata = Map.copyOf(metadata);
    this.violations = List.copyOf(violations);
    this.retryAfter = retryAfter;
  }

  /** A copy, without the cost of a stack trace of its own. */
  private ServingException(
      ServingException error, Map<String, String> metadata, VersionId version) {
    super(error.message(), error.getCause(), false, false);
    this.reason = error.reason;
    this.metadata = metadata;
    this.violations = error.violations;
    this.retryAfter = error.retryAfter;
    this.version = version;
  }

  /** An error without identity. */
  public ServingException(ErrorReason reason, String message) {
    this(reason, message, Map.of(), List.of(), null, null);
  }

  /** An error about something named in the metadata, such as {@code model} or {@code version}. */
  public ServingException(ErrorReason reason, String message, Map<String, String> metadata) {
    this(reason, message, metadata, List.of(), null, null);
  }

  /** Fields of a request that break rules; the first one's reason stands for all. */
  public static ServingException ofViolations(List<FieldViolation> violations) {
    FieldViolation first = violations.get(0);
    return new ServingException(
        first.reason(),
        first.field() + ": " + first.description(),
        Map.of(),
        violations,
        null,
        null);
  }

  /** The same error with the exception that led to it, for the log alone. */
  public ServingException causedBy(Throwable cause) {
    return new ServingException(reason, message(), metadata, violations, retryAfter, cause);
  }

  /** The same error with the time after which another try makes sense. */
  public ServingException retryAfter(Duration delay) {
    return new ServingException(reason, message(), metadata, violations, delay, getCause());
  }

  /** The same error, of a request that a version had taken on. */
  public ServingException of(VersionId id) {
    Map<String, String> identity = new HashMap<>(metadata);
    identity.put("model", id.model().id());
    identity.put("version", Long.toString(id.number()));
    return new ServingException(this, Map.copyOf(identity), id);
  }

  /** The version that had taken the request on; empty when none had. */
  public Optional<VersionId> version() {
    return Optional.ofNullable(version);
  }

  /** Why. */
  public ErrorReason reason() {
    return reason;
  }

  /** What to do about it; never null. */
  public String message() {
    return String.valueOf(getMessage());
  }

  /** What the error is about, by key. */
  public Map<String, String> metadata() {
    return metadata;
  }

  /** The fields at fault; empty when the error is not about fields. */
  public List<FieldViolation> violations() {
    return violations;
  }

  /** When to try again. */
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }
}
