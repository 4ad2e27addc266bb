package dev.millrace.server.usage;

import java.time.Instant;

/**
 * Who used what, and when.
 *
 * @param hour hours since 1970 in UTC
 * @param caller the caller's id, or the name of an account such as {@link UsageLedger#SERVER}
 * @param model the model's id
 * @param version the version; 0 for a training
 */
public record UsageKey(long hour, String caller, String model, long version) {
  private static final long SECONDS = 3600;

  /** The hour of a moment. */
  public static long hourOf(Instant moment) {
    return Math.floorDiv(moment.getEpochSecond(), SECONDS);
  }

  /** When an hour begins. */
  public static Instant startOf(long hour) {
    return Instant.ofEpochSecond(hour * SECONDS);
  }
}
