package dev.millrace.server.scheduling;

import dev.millrace.server.model.Priority;
import dev.millrace.server.scheduling.Batch.Waiting;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;

/**
 * The waiting work of one lane, by priority and in turns between callers. What has waited for four
 * times the longest wait that the model allows goes first whatever its priority, so that none
 * starves. Guarded by the queue's lock.
 */
final class LaneQueue<W extends Work> {
  /** The rank of overdue work, before every priority's. */
  static final int OVERDUE = -1;

  private static final int PATIENCE = 4;

  private final Lane lane;
  private final long patienceNanos;
  private final Map<Priority, CallerTurns<W>> waiting = new EnumMap<>(Priority.class);
  private int rows;
  private int running;

  LaneQueue(Lane lane) {
    this.lane = lane;
    this.patienceNanos = PATIENCE * lane.admission().maxWait().toNanos();
  }

  Lane lane() {
    return lane;
  }

  int rows() {
    return rows;
  }

  boolean isIdle() {
    return rows == 0 && running == 0;
  }

  void add(Waiting<W> one) {
    waiting.computeIfAbsent(one.work().priority(), priority -> new CallerTurns<>()).add(one);
    rows += one.work().rows();
  }

  void ended() {
    running--;
  }

  /** True when a run may start now, as far as other runs of the lane go. */
  boolean mayStart() {
    return rows > 0 && !(lane.rule().exclusive() && running > 0);
  }

  /**
   * When the lane is due: at once when a full run waits, else when the first of its work has waited
   * enough.
   */
  long dueNanos() {
    if (rows >= lane.rule().maxRows() || lane.rule().maxDelay().isZero()) {
      return oldestNanos();
    }
    Due due = new Due();
    waiting.values().forEach(line -> line.forEach(one -> due.hear(one.dueNanos())));
    return due.soonest;
  }

  private static final class Due {
    private boolean any;
    private long soonest;

    void hear(long dueNanos) {
      if (!any || dueNanos - soonest < 0) {
        soonest = dueNanos;
        any = true;
      }
    }
  }

  /** When the oldest work came. */
  long oldestNanos() {
    long oldest = 0;
    boolean none = true;
    for (CallerTurns<W> line : waiting.values()) {
      if (!line.isEmpty() && (none || line.oldestNanos() - oldest < 0)) {
        oldest = line.oldestNanos();
        none = false;
      }
    }
    return oldest;
  }

  /** The place in the order of urgency of the most urgent work; a lower one goes first. */
  int rank(long now) {
    int rank = Priority.values().length;
    for (Map.Entry<Priority, CallerTurns<W>> line : waiting.entrySet()) {
      if (!line.getValue().isEmpty()) {
        boolean overdue = isOverdue(line.getValue().oldestNanos(), now);
        rank = Math.min(rank, overdue ? OVERDUE : line.getKey().ordinal());
      }
    }
    return rank;
  }

  /** The share of the caller who has had least of those with work of a priority. */
  long leastShare(Priority priority, CallerShares shares) {
    CallerTurns<W> line = waiting.get(priority);
    return line == null ? Long.MAX_VALUE : line.leastShare(shares);
  }

  /**
   * Takes what the next run shall do. With more waiting than one run takes, work that cannot be
   * done in time makes way; with less, the run is kept so small that its tightest deadline holds.
   */
  Batch<W> take(long now, InstantSource clock) {
    BatchFill<W> fill = new BatchFill<>(lane, rows);
    for (CallerTurns<W> line : waiting.values()) {
      if (!line.isEmpty() && isOverdue(line.oldestNanos(), now)) {
        rows -= line.fill(fill, one -> isOverdue(one.sinceNanos(), now), clock);
      }
    }
    for (CallerTurns<W> line : waiting.values()) {
      rows -= line.fill(fill, one -> true, clock);
    }
    if (!fill.isEmpty()) {
      running++;
    }
    return fill.batch(now);
  }

  private boolean isOverdue(long sinceNanos, long now) {
    return now - sinceNanos > patienceNanos;
  }
}
