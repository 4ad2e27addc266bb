package dev.millrace.server.feedback;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.time.Instant;

/**
 * How much of the inputs is read: a million numbers a second, which takes a core about a
 * millisecond, spread over the second. Thread-safe.
 */
final class ReadingBudget {
  static final long A_SECOND = 1_000_000;

  @GuardedBy("this")
  private double left = A_SECOND;

  @GuardedBy("this")
  private Instant last = Instant.MIN;

  /** True if so many numbers may be read now; then they count as read. */
  synchronized boolean takes(long numbers, Instant now) {
    if (last.equals(Instant.MIN)) {
      last = now;
    }
    if (now.isAfter(last)) {
      double seconds = Duration.between(last, now).toMillis() / 1000.0;
      left = Math.min(A_SECOND, left + seconds * A_SECOND);
      last = now;
    }
    // Whatever is begun is read, so that large examples are not read more seldom than small ones.
    if (left <= 0 || numbers > A_SECOND) {
      return false;
    }
    left -= numbers;
    return true;
  }
}
