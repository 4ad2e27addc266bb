package dev.millrace.server.scheduling;

import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.Priority;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/** How much work waits and is under way. Guarded by the queue's lock. */
final class Backlog {
  private final Map<Priority, Long> costNanos = new EnumMap<>(Priority.class);
  private final Map<ModelName, Share> models = new HashMap<>();
  private long bytes;
  private int length;

  /** What waits of one model. */
  record Share(int requests, long bytes) {
    static final Share NOTHING = new Share(0, 0);
  }

  void queued(Work work, long cost) {
    length++;
    bytes += work.bytes();
    costNanos.merge(work.priority(), cost, Long::sum);
    change(work, 1);
  }

  /** Waits no more; its bytes are still held. */
  void begun(Work work, long cost) {
    length--;
    costNanos.merge(work.priority(), -cost, Long::sum);
    change(work, -1);
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

  /** Worker time that work of this priority and above will take. */
  long costNanosFrom(Priority priority) {
    long cost = 0;
    for (Map.Entry<Priority, Long> entry : costNanos.entrySet()) {
      if (entry.getKey().compareTo(priority) <= 0) {
        cost += entry.getValue();
      }
    }
    return cost;
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
