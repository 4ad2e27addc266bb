package dev.millrace.client;

import java.util.List;
import java.util.Map;

/**
 * A call failed. Carries the code, the server's reason, and whether the same call may succeed
 * later.
 */
public final class MillraceException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final ErrorCode code;
  private final String reason;
  private final transient Map<String, String> metadata;
  private final transient List<FieldViolation> violations;

  /**
   * What is wrong with one field of a request.
   *
   * @param field path of the field, such as {@code inputs["images"].shape}
   * @param description what was expected and what came
   */
  public record FieldViolation(String field, String description) {}

  MillraceException(
      ErrorCode code,
      String reason,
      String message,
      Map<String, String> metadata,
      List<FieldViolation> violations,
      Throwable cause) {
    super(message, cause);
    this.code = code;
    this.reason = reason;
    this.metadata = Map.copyOf(metadata);
    this.violations = List.copyOf(violations);
  }

  /** The canonical code. */
  public ErrorCode code() {
    return code;
  }

  /**
   * The server's reason, such as {@code SHAPE_MISMATCH}; empty when the call did not reach a
   * Millrace server.
   */
  public String reason() {
    return reason;
  }

  /** What the error is about, by key. */
  public Map<String, String> metadata() {
    return metadata;
  }

  /** The fields at fault; empty when the error is not about fields. */
  public List<FieldViolation> violations() {
    return violations;
  }

  /** True when the same call may succeed later without a change. */
  public boolean isRetryable() {
    return code == ErrorCode.UNAVAILABLE;
  }
}
