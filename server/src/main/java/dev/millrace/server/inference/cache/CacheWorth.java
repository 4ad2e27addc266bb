package dev.millrace.server.inference.cache;

import com.google.errorprone.annotations.concurrent.GuardedBy;

/**
 * Whether looking up one signature's requests pays. The cache is on trial for 4096 lookups, or for
 * fewer when they have cost a second. What hits and shared runs saved (estimated time of workers)
 * must be at least twice what looking up and keeping cost (measured time): else the next requests
 * go by without being hashed, 16 for each one of the trial, and then the cache is tried again. The
 * rest doubles with each useless trial in a row, up to 64 for one, so that in the long run fewer
 * than 1 request in 60 is hashed in vain. A trial that pays is followed by the next one at once.
 * Thread-safe.
 */
final class CacheWorth {
  static final int TRIAL = 4096;
  static final int SHORTEST_REST = 16;
  static final int LONGEST_REST = 64;
  private static final long MOST_SPENT_NANOS = 1_000_000_000;
  private static final double LEAST_GAIN = 2;
  private static final long BYTES_OF_REQUEST = 1024;
  private static final double WEIGHT_OF_NEWEST = 1 / 16.0;
  // A thread may lose its core in the middle of a lookup, and the first ones load classes; neither
  // is the lookup's cost. So the estimate begins at what is usual, and climbs slowly.
  private static final double USUAL_NANOS_PER_BYTE = 1;
  private static final double OUTLIER = 4;

  @GuardedBy("this")
  private int lookups;

  @GuardedBy("this")
  private long bytes;

  @GuardedBy("this")
  private double nanosPerByte = USUAL_NANOS_PER_BYTE;

  @GuardedBy("this")
  private double savedNanos;

  @GuardedBy("this")
  private long resting;

  @GuardedBy("this")
  private int rest = SHORTEST_REST;

  /** True to look the next request up; false to let it go by, which counts towards the rest. */
  synchronized boolean isTried() {
    if (resting == 0) {
      return true;
    }
    resting--;
    return false;
  }

  /** A lookup has ended. */
  synchronized void lookedUp(long ofBytes, long nanos) {
    spent(ofBytes, nanos);
    lookups++;
    double spentNanos = bytes * nanosPerByte;
    if (lookups < TRIAL && spentNanos < MOST_SPENT_NANOS) {
      return;
    }
    if (savedNanos < LEAST_GAIN * spentNanos) {
      resting = (long) lookups * rest;
      rest = Math.min(LONGEST_REST, 2 * rest);
    } else {
      rest = SHORTEST_REST;
    }
    lookups = 0;
    bytes = 0;
    savedNanos = 0;
  }

  /** Time went into copying an answer, or the like. */
  synchronized void spent(long ofBytes, long nanos) {
    long size = BYTES_OF_REQUEST + ofBytes;
    double newest = (double) nanos / size;
    nanosPerByte += WEIGHT_OF_NEWEST * (Math.min(newest, OUTLIER * nanosPerByte) - nanosPerByte);
    bytes += size;
  }

  /** A request was answered without a run. */
  synchronized void saved(long nanos) {
    savedNanos += nanos;
  }
}
