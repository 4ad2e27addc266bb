package dev.millrace.server.audit;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.function.LongSupplier;

/**
 * How many refusals of callers who may not be here are written down: a burst, and then a steady
 * rate, so that nobody fills the disk by being refused. Those left out are counted. Thread-safe.
 */
public final class DenialBudget {
  private static final double NANOS = 1e9;

  private final double burst;
  private final double perSecond;
  private final LongSupplier nanoTime;

  @GuardedBy("this")
  private double left;

  @GuardedBy("this")
  private long seen;

  @GuardedBy("this")
  private long leftOut;

  /**
   * A full budget.
   *
   * @param burst most at once, at least 1
   * @param perSecond how many a second over time
   */
  public DenialBudget(int burst, double perSecond, LongSupplier nanoTime) {
    this.burst = burst;
    this.perSecond = perSecond;
    this.nanoTime = nanoTime;
    this.left = burst;
    this.seen = nanoTime.getAsLong();
  }

  /** Takes one; false when it is to be left out, and is counted. */
  public synchronized boolean tryTake() {
    long now = nanoTime.getAsLong();
    left = Math.min(burst, left + (now - seen) / NANOS * perSecond);
    seen = now;
    if (left < 1) {
      leftOut++;
      return false;
    }
    left--;
    return true;
  }

  /** Counts some that are left out for another reason. */
  public synchronized void leaveOut(long count) {
    leftOut += count;
  }

  /** Those left out since this was asked last. */
  public synchronized long takeLeftOut() {
    long count = leftOut;
    leftOut = 0;
    return count;
  }
}
