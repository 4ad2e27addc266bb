package dev.millrace.server.model;

/**
 * Who asks.
 *
 * @param id the same for the same caller; until callers are authenticated, the address they call
 *     from
 */
public record Caller(String id) {
  /** The server itself, or a caller of whom nothing is known. */
  public static final Caller UNKNOWN = new Caller("");
}
