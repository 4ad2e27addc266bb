package dev.millrace.client;

/** The life of a version. */
public enum VersionState {
  /** A state that this client does not know. */
  UNKNOWN,
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
  /** Out of memory. */
  RELEASED,
  /** Could not be loaded or warmed up. */
  FAILED
}
