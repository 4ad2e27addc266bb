package dev.millrace.server.catalog;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts the readers of a version and tells when the last one has left after the gate was shut.
 * Thread-safe and lock-free.
 */
final class LeaseCount {
  private static final int SHUT = Integer.MIN_VALUE;

  private final Runnable onIdle;
  // Readers, plus SHUT once the gate is shut.
  private final AtomicInteger state = new AtomicInteger();
  private volatile long lastLease;

  /** A gate that is open, and runs {@code onIdle} once: when it is shut and no reader is left. */
  LeaseCount(Runnable onIdle) {
    this.onIdle = onIdle;
  }

  /** Enters; false when the gate is shut. */
  boolean tryAcquire() {
    while (true) {
      int current = state.get();
      if (current < 0) {
        return false;
      }
      if (state.compareAndSet(current, current + 1)) {
        return true;
      }
    }
  }

  /** Leaves. */
  void release() {
    if (state.decrementAndGet() == SHUT) {
      onIdle.run();
    }
  }

  /** Lets nobody in any more. A second call does nothing. */
  void shut() {
    int before = state.getAndUpdate(current -> current < 0 ? current : current + SHUT);
    if (before == 0) {
      onIdle.run();
    }
  }

  /** Remembers when a reader last came, in milliseconds of the epoch. */
  void usedAt(long millis) {
    lastLease = millis;
  }

  /** When a reader last came; 0 for never. */
  long lastLease() {
    return lastLease;
  }

  /** Readers inside. */
  int readers() {
    return state.get() & Integer.MAX_VALUE;
  }
}
