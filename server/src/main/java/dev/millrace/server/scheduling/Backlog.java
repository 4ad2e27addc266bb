package dev.millrace.server.scheduling;

import dev.millrace.server.model.Caller;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.Priority;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/** How much work waits and is under way. Guarded by the queue's lock. */
final class Backlog {
  private final Map<Priority, Long> costNanos = new EnumMap<>(Priority.class);
  private final Map<ModelName, Share> models = new HashMap<>();
  private final Map<Caller, Waits> callers = new HashMap<>();
  private long bytes;
  private int length;

  /** What waits of one model. */
  record Share(int requests, long bytes) {
    static final Share NOTHING = new Share(0, 0);
  }

  /** What waits of one caller. */
  private static final class Waits {
    private final long[] costNanos = new long[Priority.values().length];
    private int pieces;
  }

  void queued(Work work, long cost) {
    length++;
    bytes += work.bytes();
    costNanos.merge(work.priority(), cost, Long::sum);
    change(work, 1);
    Waits waits = callers.computeIfAbsent(work.caller(), caller -> new Waits());
    waits.pieces++;
    waits.costNanos[work.priority().ordinal()] += cost;
  }

  /** Waits no more; its bytes are still held. */
  void begun(Work work, long cost) {
    length--;
    costNanos.merge(work.priority(), -cost, Long::sum);
    change(work, -1);
    Waits waits = callers.get(work.caller());
    if (waits != null) {
      waits.costNanos[work.priority().ordinal()] -= cost;
      if (--waits.pieces == 0) {
        callers.remove(work.caller());
      }
    }
  }

  /** Its bytes are not held any more. */
  void ended(Work work) {
    bytes -= work.bytes();
  }

  /** Pieces of work that wait. */
  int length() {
    return length;
  }

  /** Input bytes that wait or run. */
  long bytes() {
    return bytes;
  }

  Share of(ModelName model) {
    return models.getOrDefault(model, Share.NOTHING);
  }

  /** Callers of whom work waits. */
  int callers() {
    return callers.size();
  }

  /** True when work of a caller waits. */
  boolean isWaiting(Caller caller) {
    return callers.containsKey(caller);
  }

  /**
   * Worker time that goes before more work of a caller: all of a higher priority, and of its own no
   * more of anybody's than the caller has and adds, since callers take turns.
   *
   * @param more worker time that the caller adds
   */
  long costNanosBefore(Caller caller, Priority priority, long more) {
    long above = 0;
    long beside = 0;
    for (Map.Entry<Priority, Long> entry : costNanos.entrySet()) {
      int order = entry.getKey().compareTo(priority);
      above += order < 0 ? entry.getValue() : 0;
      beside += order == 0 ? entry.getValue() : 0;
    }
    Waits mine = callers.get(caller);
    long own = more + (mine == null ? 0 : mine.costNanos[priority.ordinal()]);
    long sharing = callers.size() + (mine == null ? 1 : 0);
    return above + Math.min(beside, sharing * own);
  }

  private void change(Work work, int sign) {
    models.compute(
        work.lane().key().version().model(),
        (model, before) -> {
          Share share = before == null ? Share.NOTHING : before;
          Share after = new Share(share.requests() + sign, share.bytes() + sign * work.bytes());
          return after.requests() == 0 ? null : after;
        });
  }
}
