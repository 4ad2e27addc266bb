package dev.millrace.server.usage;

import java.time.Duration;

/**
 * How much of something a caller may use.
 *
 * @param amount units that come back in each period, from 1
 * @param period the period
 * @param burst units that may be used at once after a pause, from 1
 */
public record Limit(long amount, Duration period, long burst) {
  /** Such as {@code 100 a second, 200 at once}. */
  String words() {
    return amount + " a " + unit() + ", " + burst + " at once";
  }

  private String unit() {
    return switch ((int) Math.min(Integer.MAX_VALUE, period.toSeconds())) {
      case 1 -> "second";
      case 60 -> "minute";
      case 3600 -> "hour";
      default -> "day";
    };
  }
}
