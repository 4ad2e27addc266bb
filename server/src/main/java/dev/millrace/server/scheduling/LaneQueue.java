package dev.millrace.server.scheduling;

import dev.millrace.server.model.Priority;
import dev.millrace.server.scheduling.Batch.Dropped;
import dev.millrace.server.scheduling.Batch.Waiting;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** The waiting work of one lane, by priority and age. Guarded by the queue's lock. */
final class LaneQueue<W extends Work> {
  private final Lane lane;
  private final Map<Priority, Deque<Waiting<W>>> waiting = new EnumMap<>(Priority.class);
  private int rows;
  private int running;

  LaneQueue(Lane lane) {
    this.lane = lane;
    for (Priority priority : Priority.values()) {
      waiting.put(priority, new ArrayDeque<>());
    }
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
    line(one.work().priority()).addLast(one);
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
   * When the lane is due: at once when a full run waits, else when its oldest has waited enough.
   */
  long dueNanos() {
    long since = oldestNanos();
    return rows >= lane.rule().maxRows() ? since : since + lane.rule().maxDelay().toNanos();
  }

  /** When the oldest work came. */
  long oldestNanos() {
    long oldest = Long.MAX_VALUE;
    for (Deque<Waiting<W>> line : waiting.values()) {
      Waiting<W> head = line.peekFirst();
      if (head != null && (oldest == Long.MAX_VALUE || head.sinceNanos() - oldest < 0)) {
        oldest = head.sinceNanos();
      }
    }
    return oldest;
  }

  /** The highest priority that waits. */
  Priority urgency() {
    for (Map.Entry<Priority, Deque<Waiting<W>>> line : waiting.entrySet()) {
      if (!line.getValue().isEmpty()) {
        return line.getKey();
      }
    }
    return Priority.LOW;
  }

  /**
   * Takes what the next run shall do. With more waiting than one run takes, work that cannot be
   * done in time makes way; with less, the run is kept so small that its tightest deadline holds.
   */
  Batch<W> take(long now, InstantSource clock) {
    int limit = lane.rule().maxRows();
    boolean backlog = rows > limit;
    long fullRun = lane.runTime().nanos(Math.min(limit, rows));
    List<Waiting<W>> chosen = new ArrayList<>();
    List<Dropped<W>> dropped = new ArrayList<>();
    int filled = 0;
    long tightest = Long.MAX_VALUE;
    for (Deque<Waiting<W>> line : waiting.values()) {
      Iterator<Waiting<W>> each = line.iterator();
      while (each.hasNext() && filled < limit) {
        Waiting<W> one = each.next();
        W work = one.work();
        long remaining = work.deadline().remaining(clock).toNanos();
        long least = backlog ? fullRun : lane.runTime().nanos(work.rows());
        if (work.isCancelled()) {
          dropped.add(new Dropped<>(one, DropReason.CANCELLED));
        } else if (remaining <= 0) {
          dropped.add(new Dropped<>(one, DropReason.EXPIRED));
        } else if (remaining < least) {
          dropped.add(new Dropped<>(one, DropReason.TOO_LATE));
        } else if (!fits(filled, work.rows(), Math.min(tightest, remaining), backlog)) {
          continue;
        } else {
          chosen.add(one);
          filled += work.rows();
          tightest = Math.min(tightest, remaining);
        }
        each.remove();
        rows -= work.rows();
      }
    }
    if (!chosen.isEmpty()) {
      running++;
    }
    return new Batch<>(lane, chosen, filled, dropped, now, lane.runTime().nanos(filled));
  }

  private boolean fits(int filled, int more, long tightestNanos, boolean backlog) {
    return filled == 0
        || (filled + more <= lane.rule().maxRows()
            && (backlog || lane.runTime().nanos(filled + more) <= tightestNanos));
  }

  private Deque<Waiting<W>> line(Priority priority) {
    return java.util.Objects.requireNonNull(waiting.get(priority));
  }
}
