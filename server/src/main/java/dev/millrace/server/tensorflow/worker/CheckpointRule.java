package dev.millrace.server.tensorflow.worker;

import java.time.Duration;

/**
 * When a run keeps its state: so long after the last time, and so seldom that it takes at most a
 * fiftieth of the time. Not thread-safe.
 */
final class CheckpointRule {
  private static final int SHARE = 50;

  private final long intervalNanos;
  private long due;

  /**
   * A rule.
   *
   * @param begin the time at which the run begins, in nanoseconds
   */
  CheckpointRule(Duration interval, long begin) {
    this.intervalNanos = interval.toNanos();
    this.due = begin + intervalNanos;
  }

  /** True when it is time. */
  boolean isDue(long nanoTime) {
    return nanoTime - due >= 0;
  }

  /** The state was kept, which took from one time to the other. */
  void kept(long from, long to) {
    due = to + Math.max(intervalNanos, SHARE * (to - from));
  }
}
