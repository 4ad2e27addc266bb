package dev.millrace.server.model;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * The moment until which an answer is of use.
 *
 * @param instant the moment; {@link Instant#MAX} when there is none
 */
public record Deadline(Instant instant) {
  /** No deadline. */
  public static final Deadline NONE = new Deadline(Instant.MAX);

  /** True when there is none. */
  public boolean isNone() {
    return instant.equals(Instant.MAX);
  }

  /** True when it has passed. */
  public boolean isExpired(InstantSource clock) {
    return !isNone() && !clock.instant().isBefore(instant);
  }

  /**
   * Time left; zero when it has passed, and an hour when there is no deadline or more is left than
   * that.
   */
  public Duration remaining(InstantSource clock) {
    Instant now = clock.instant();
    if (instant.isAfter(now.plus(Duration.ofHours(1)))) {
      return Duration.ofHours(1);
    }
    Duration left = Duration.between(now, instant);
    return left.isNegative() ? Duration.ZERO : left;
  }
}
