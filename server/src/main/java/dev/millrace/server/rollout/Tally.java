package dev.millrace.server.rollout;

import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;

/** Events and how bad they were, counted by many threads and taken in by one. */
final class Tally {
  private final LongAdder observed = new LongAdder();
  private final DoubleAdder bad = new DoubleAdder();
  private long observedBefore;
  private double badBefore;

  /** Counts an event that was so bad, 0 to 1. */
  void add(double howBad) {
    observed.increment();
    if (howBad > 0) {
      bad.add(howBad);
    }
  }

  /** Hands on what came since the last call. */
  void drainTo(SequentialTest test) {
    // Written the other way round, so that there are never more bad ones than events.
    double badNow = bad.sum();
    long observedNow = observed.sum();
    test.add(observedNow - observedBefore, badNow - badBefore);
    observedBefore = observedNow;
    badBefore = badNow;
  }
}
