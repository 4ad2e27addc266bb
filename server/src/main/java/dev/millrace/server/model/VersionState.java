package dev.millrace.server.model;

import java.util.EnumSet;
import java.util.Set;

/** The life of a version, with the moves that are legal in it. */
public enum VersionState {
  /** In the repository, and not to be loaded now. */
  STORED,
  /** Found, and waiting for its turn to load. */
  PENDING,
  /** Being verified and read into memory. */
  LOADING,
  /** Loaded, and running warm-up requests. */
  WARMING,
  /** Answers requests. */
  AVAILABLE,
  /** Takes no new requests; those in flight finish. */
  DRAINING,
  /** Out of memory; one that still lies in the repository begins anew as STORED or PENDING. */
  RELEASED,
  /** Could not be loaded or warmed up. */
  FAILED;

  /** The states that may follow this one. */
  public Set<VersionState> successors() {
    return switch (this) {
      case STORED -> EnumSet.of(PENDING, RELEASED);
      case PENDING -> EnumSet.of(LOADING, STORED, FAILED, RELEASED);
      case LOADING -> EnumSet.of(WARMING, FAILED);
      case WARMING -> EnumSet.of(AVAILABLE, FAILED);
      case AVAILABLE -> EnumSet.of(DRAINING);
      case DRAINING, FAILED -> EnumSet.of(RELEASED);
      case RELEASED -> EnumSet.noneOf(VersionState.class);
    };
  }
}
