package dev.millrace.client;

import java.time.Instant;
import java.util.Map;
import java.util.OptionalLong;

/**
 * One change of a model.
 *
 * @param time when
 * @param actor who: a caller, or {@code millrace} for what the server did by itself
 * @param action what: an upper-case word such as PROMOTED
 * @param from the version that was left or taken away; empty for none
 * @param to the version that it is about now; empty for none
 * @param reason why, in words; may be empty
 * @param evidence what it was decided on, by name
 */
public record HistoryEntry(
    Instant time,
    String actor,
    String action,
    OptionalLong from,
    OptionalLong to,
    String reason,
    Map<String, String> evidence) {
  /** Copies the map. */
  public HistoryEntry {
    evidence = Map.copyOf(evidence);
  }
}
