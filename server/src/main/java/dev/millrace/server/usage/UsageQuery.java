package dev.millrace.server.usage;

import java.util.Optional;
import java.util.Set;

/**
 * Which usage, and how it is grouped.
 *
 * @param fromHour the first hour
 * @param toHour the hour after the last one
 * @param by what rows are told apart by; without time, one row covers all hours
 * @param caller this caller's alone
 * @param model this model's alone
 * @param limit most rows
 * @param after rows behind this one alone
 */
public record UsageQuery(
    long fromHour,
    long toHour,
    Set<Dimension> by,
    Optional<String> caller,
    Optional<String> model,
    int limit,
    Optional<UsageRow.Place> after) {
  /** What rows can be told apart by. */
  public enum Dimension {
    HOUR,
    DAY,
    CALLER,
    MODEL,
    VERSION
  }

  /** Copies the set. */
  public UsageQuery {
    by = Set.copyOf(by);
  }

  /** Hours that a row covers: one, a day's, or all (0). */
  public long hoursOfRow() {
    if (by.contains(Dimension.HOUR)) {
      return 1;
    }
    return by.contains(Dimension.DAY) ? 24 : 0;
  }
}
