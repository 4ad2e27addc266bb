package dev.millrace.server.audit;

/** What came of a change. Names are part of the log's form, and never change meaning. */
public enum Decision {
  /** It was asked for, and is about to be tried. */
  ASKED,
  /** It was done. */
  ALLOWED,
  /** The caller may not do it. */
  DENIED,
  /** It was tried or looked at, and not done. */
  FAILED,
  /** The caller left before it was known what came of it. */
  UNKNOWN
}
