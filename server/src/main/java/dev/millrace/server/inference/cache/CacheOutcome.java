package dev.millrace.server.inference.cache;

/** What the cache did for a request; from {@link #UNPROFITABLE} on, it stood aside. */
public enum CacheOutcome {
  /** A kept answer was given again. */
  HIT,
  /** Nothing was kept; the request ran. */
  MISS,
  /** An equal request was under way; its answer was shared. */
  JOINED,
  /** Hits have not paid for the looking lately. */
  UNPROFITABLE,
  /** The signature may answer equal requests differently. */
  CHANGING,
  /** Nobody knows who asks, and answers must not go across callers. */
  ANONYMOUS,
  /** The inputs alone take more than the cache may. */
  OVERSIZED
}
