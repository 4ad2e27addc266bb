package dev.millrace.server.scheduling;

import dev.millrace.server.model.Caller;
import java.util.HashMap;
import java.util.Map;

/**
 * How much worker time the callers of one priority have had, by which the lane to run next is
 * chosen: start-time fair queueing (Goyal, Vin and Cheng, "Start-time Fair Queueing", SIGCOMM 1996)
 * with callers as flows. Who was away begins at the present share, and so is owed nothing. Guarded
 * by the queue's lock.
 */
final class CallerShares {
  private static final int MOST_BEFORE_PRUNING = 1024;

  private final Map<Caller, Long> ends = new HashMap<>();
  private long present;

  /** The share at which a caller's next work begins; the lowest goes first. */
  long of(Caller caller) {
    return Math.max(present, ends.getOrDefault(caller, present));
  }

  /** Work at a share begins. */
  void reach(long share) {
    present = Math.max(present, share);
    if (ends.size() > MOST_BEFORE_PRUNING) {
      ends.values().removeIf(end -> end <= present);
    }
  }

  /** A caller is given worker time. */
  void give(Caller caller, long nanos) {
    ends.put(caller, of(caller) + Math.max(1, nanos));
  }

  /** Callers of whom more is known than that they are at the present share, or were. */
  int remembered() {
    return ends.size();
  }

  /** Nobody waits any more. */
  void reset() {
    ends.clear();
    present = 0;
  }
}
