package dev.millrace.server.model;

/**
 * What is wrong with one field of a request.
 *
 * @param field path of the field, such as {@code inputs["images"].shape}
 * @param reason which rule it breaks
 * @param description what was expected and what came
 */
public record FieldViolation(String field, ErrorReason reason, String description) {}
