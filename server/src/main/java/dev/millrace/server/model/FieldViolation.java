package dev.millrace.server.model;

/**
 * What is wrong with one field of a request.
 *
 * @param field path of the field, such as {@code inputs["images"].shape}
 * @param reason which rule it breaks
 * @param description what was expected and what came
 */
public record FieldViolation(String field, ErrorReason reason, String description) {
  /** A text that has more characters than it may have. */
  public static FieldViolation tooLong(String field, ErrorReason reason, int longest, int length) {
    return new FieldViolation(
        field, reason, "expected at most " + longest + " characters, got " + length);
  }
}
