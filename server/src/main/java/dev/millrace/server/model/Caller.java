package dev.millrace.server.model;

/**
 * Who asks. Callers are equal when their ids are.
 *
 * @param id the same for the same caller: what an authenticated one is called, and the address that
 *     another calls from
 * @param access what the caller may do
 */
public record Caller(String id, Access access) {
  /** The server itself, or a caller of whom nothing is known; calls of nobody may do nothing. */
  public static final Caller UNKNOWN = new Caller("");

  /** A caller who has not said who that is, and may do nothing but what everybody may. */
  public Caller(String id) {
    this(id, Access.NONE);
  }

  /** True for a caller who has not said who that is, where the server wants to know. */
  public boolean isAnonymous() {
    return access == Access.NONE;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Caller caller && caller.id.equals(id);
  }

  @Override
  public int hashCode() {
    return id.hashCode();
  }

  /** The id alone. */
  @Override
  public String toString() {
    return id;
  }
}
