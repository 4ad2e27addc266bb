package dev.millrace.server.rollout;

import dev.millrace.server.model.ModelName;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Decides whether a version has room in memory, and which idle models go for its sake: those that
 * nobody has asked for the longest. A pure function.
 */
final class MemoryBudget {
  private MemoryBudget() {}

  /** What a version in memory means for the budget. */
  enum Hold {
    /** It stays. */
    KEPT,
    /** Its model may go: nobody asks for it now, and nothing is decided about it. */
    IDLE,
    /** It is on its way out, or may become idle. */
    MOVING
  }

  /**
   * A version in memory.
   *
   * @param bytes what it takes
   * @param lastLease when it was last asked for, in milliseconds of the epoch
   */
  record Held(ModelName model, long bytes, Hold hold, long lastLease) {}

  /** What becomes of the version that needs room. */
  sealed interface Decision {
    /** There is room. */
    record Fits() implements Decision {}

    /** There will be when these models are gone. */
    record Evict(List<ModelName> models) implements Decision {}

    /** There may be soon. */
    record Later() implements Decision {}

    /** There is none. */
    record Short(long free) implements Decision {}
  }

  /**
   * Decides.
   *
   * @param limit the budget in bytes
   * @param need what the version is thought to take, in bytes
   */
  static Decision decide(long limit, long need, List<Held> held) {
    long free = limit - held.stream().mapToLong(Held::bytes).sum();
    if (need <= free) {
      return new Decision.Fits();
    }
    List<ModelName> evicted = new ArrayList<>();
    long freed = free;
    for (List<Held> model : leastRecentFirst(held)) {
      if (freed < need) {
        evicted.add(model.get(0).model());
        freed += model.stream().mapToLong(Held::bytes).sum();
      }
    }
    if (freed >= need) {
      return new Decision.Evict(evicted);
    }
    long moving =
        held.stream().filter(one -> one.hold() == Hold.MOVING).mapToLong(Held::bytes).sum();
    return freed + moving >= need ? new Decision.Later() : new Decision.Short(Math.max(0, free));
  }

  /** The models of which every version is idle. */
  private static List<List<Held>> leastRecentFirst(List<Held> held) {
    Map<ModelName, List<Held>> models = held.stream().collect(Collectors.groupingBy(Held::model));
    return models.values().stream()
        .filter(versions -> versions.stream().allMatch(one -> one.hold() == Hold.IDLE))
        .sorted(
            Comparator.comparingLong(
                versions -> versions.stream().mapToLong(Held::lastLease).max().orElse(0)))
        .toList();
  }
}
