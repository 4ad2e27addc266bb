package dev.millrace.server.training;

import java.time.Duration;
import java.util.Optional;

/**
 * How often a job is tried whose process dies, and how long it waits in between: twice as long each
 * time, up to five minutes.
 *
 * @param tries tries in all, at least 1
 * @param firstDelay wait before the second try
 */
public record RetryPolicy(int tries, Duration firstDelay) {
  private static final Duration LONGEST = Duration.ofMinutes(5);
  private static final int MOST_DOUBLINGS = 20;

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if a number is out of range
   */
  public RetryPolicy {
    if (tries < 1 || firstDelay.isNegative()) {
      throw new IllegalArgumentException("tries " + tries + " and delay " + firstDelay);
    }
  }

  /** The wait after some tries have failed; empty when there is to be no other. */
  Optional<Duration> delayAfter(int failed) {
    if (failed >= tries) {
      return Optional.empty();
    }
    Duration delay = firstDelay.multipliedBy(1L << Math.min(failed - 1, MOST_DOUBLINGS));
    return Optional.of(delay.compareTo(LONGEST) > 0 ? LONGEST : delay);
  }
}
