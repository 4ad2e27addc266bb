package dev.millrace.server.registry;

import dev.millrace.server.model.ModelName;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One change of a model: who changed what, when and why.
 *
 * @param sequence its place in the history of all models; 0 before it is written
 * @param model the model
 * @param time when
 * @param actor who: a caller, or {@link #BY_ITSELF}
 * @param action what
 * @param from the version that was left or taken away; 0 for none
 * @param to the version that it is about now; 0 for none
 * @param reason why, in words; may be empty
 * @param evidence what it was decided on, by name
 */
public record HistoryEvent(
    long sequence,
    ModelName model,
    Instant time,
    String actor,
    HistoryAction action,
    long from,
    long to,
    String reason,
    SortedMap<String, String> evidence) {
  /** The actor of what the server does by itself. */
  public static final String BY_ITSELF = "millrace";

  /** Copies the map. */
  public HistoryEvent {
    evidence = Collections.unmodifiableSortedMap(new TreeMap<>(evidence));
  }

  HistoryEvent at(Instant now) {
    return new HistoryEvent(sequence, model, now, actor, action, from, to, reason, evidence);
  }

  /** An event that is not written yet. */
  public static HistoryEvent of(
      ModelName model,
      String actor,
      HistoryAction action,
      long from,
      long to,
      String reason,
      Map<String, String> evidence) {
    return new HistoryEvent(
        0, model, Instant.EPOCH, actor, action, from, to, reason, new TreeMap<>(evidence));
  }
}
