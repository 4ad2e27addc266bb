package dev.millrace.server.boot;

/** Hears of callers who are not let in. Thread-safe; must not block. */
@FunctionalInterface
interface Denials {
  /** Hears nothing. */
  Denials NONE = (action, caller, reason) -> {};

  /**
   * One was not let in.
   *
   * @param action what was tried: a method's full name, or a route
   * @param caller who tried, as far as that is known
   * @param reason the error's reason
   */
  void denied(String action, String caller, String reason);
}
