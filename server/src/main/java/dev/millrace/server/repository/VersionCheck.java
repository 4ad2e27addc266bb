package dev.millrace.server.repository;

import dev.millrace.server.catalog.ServableSource;

/** Finds out whether a version may be loaded into this process. Thread-safe. */
@FunctionalInterface
public interface VersionCheck {
  /** Takes everything, and vouches for nothing. */
  VersionCheck NONE = source -> false;

  /**
   * Checks a version; may take minutes.
   *
   * @return true when the version, as long as it does not change, need not be checked again
   * @throws dev.millrace.server.model.ServingException MODEL_REFUSED, TRIAL_FAILED, LOAD_FAILED or
   *     WARM_UP_FAILED, with the op, the limit or the step at fault
   */
  boolean check(ServableSource source);

  /** This check, and then another one, whose word counts. */
  default VersionCheck then(VersionCheck next) {
    return source -> {
      check(source);
      return next.check(source);
    };
  }
}
