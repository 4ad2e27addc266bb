package dev.millrace.server.audit;

/**
 * Something that is not as the server wrote it.
 *
 * @param kind what
 * @param from the first line that it is about, by its number in the log
 * @param to the last one
 * @param words what is wrong, and where, for a person
 */
public record AuditFinding(Kind kind, long from, long to, String words) {
  /** What may be wrong. */
  public enum Kind {
    /** A line says something else than it did. */
    CHANGED,
    /** A line that was there is gone. */
    MISSING,
    /** A line stands at another place than it did. */
    MOVED,
    /** A line was put in that the server did not write. */
    ADDED,
    /** Lines at the end are gone. */
    CUT_OFF
  }
}
