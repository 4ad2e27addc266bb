package dev.millrace.server.inference.cache;

import dev.millrace.server.model.VersionId;

/** Hears what the cache does. Thread-safe; must not block. */
public interface CacheObserver {
  /** A request of a model whose cache is on has come. */
  void onRequest(VersionId version, String signature, CacheOutcome outcome);

  /**
   * A kept answer was looked for.
   *
   * @param found true when there was one
   * @param nanos time of the look
   */
  default void onLookUp(VersionId version, String signature, boolean found, long nanos) {}

  /**
   * A request was answered without a run of its own.
   *
   * @param nanos time of a worker that the run would have taken, as estimated
   */
  void onSaved(VersionId version, String signature, long nanos);

  /**
   * Answers were kept or let go. May come after the version's release.
   *
   * @param change bytes, with those of the inputs; negative when they were let go
   */
  void onBytes(VersionId version, String signature, long change);
}
