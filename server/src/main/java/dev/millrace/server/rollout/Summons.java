package dev.millrace.server.rollout;

import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.VersionId;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Versions that changes under way need in memory, for as long as the changes last. Kept by no
 * restart, as the changes are not either. Thread-safe.
 */
public final class Summons {
  private final Map<VersionId, Integer> summoned = new ConcurrentHashMap<>();

  /** Wants a version until the result is run. */
  Runnable call(VersionId id) {
    summoned.merge(id, 1, Integer::sum);
    return () -> summoned.computeIfPresent(id, (same, count) -> count == 1 ? null : count - 1);
  }

  /** Numbers of a model's versions that are wanted now. */
  Set<Long> of(ModelName model) {
    Set<Long> numbers = new TreeSet<>();
    for (VersionId id : summoned.keySet()) {
      if (id.model().equals(model)) {
        numbers.add(id.number());
      }
    }
    return numbers;
  }
}
