package dev.millrace.server.scheduling;

import dev.millrace.server.model.Priority;
import dev.millrace.server.scheduling.Batch.Waiting;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;

/**
 * The waiting work of one lane, by priority and age. What has waited for four times the longest
 * wait that the model allows goes first whatever its priority, so that none starves. Guarded by the
 * queue's lock.
 */
final class LaneQueue<W extends Work> {
  /** The rank of overdue work, before every priority's. */
  static final int OVERDUE = -1;

  private static final int PATIENCE = 4;

  private final Lane lane;
  private final long patienceNanos;
  private final Map<Priority, Deque<Waiting<W>>> waiting = new EnumMap<>(Priority.class);
  private int rows;
  private int running;

  LaneQueue(Lane lane) {
    this.lane = lane;
    this.patienceNanos = PATIENCE * lane.admission().maxWait().toNanos();
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
   * When the lane is due: at once when a full run waits, else when the first of its work has waited
   * enough.
   */
  long dueNanos() {
    if (rows >= lane.rule().maxRows() || lane.rule().maxDelay().isZero()) {
      return oldestNanos();
    }
    long due = 0;
    boolean none = true;
    for (Deque<Waiting<W>> line : waiting.values()) {
      for (Waiting<W> one : line) {
        if (none || one.dueNanos() - due < 0) {
          due = one.dueNanos();
          none = false;
        }
      }
    }
    return due;
  }

  /** When the oldest work came. */
  long oldestNanos() {
    long oldest = 0;
    boolean none = true;
    for (Deque<Waiting<W>> line : waiting.values()) {
      Waiting<W> head = line.peekFirst();
      if (head != null && (none || head.sinceNanos() - oldest < 0)) {
        oldest = head.sinceNanos();
        none = false;
      }
    }
    return oldest;
  }

  /** The place in the order of urgency of the most urgent work; a lower one goes first. */
  int rank(long now) {
    int rank = Priority.values().length;
    for (Map.Entry<Priority, Deque<Waiting<W>>> line : waiting.entrySet()) {
      Waiting<W> head = line.getValue().peekFirst();
      if (head != null) {
        rank = Math.min(rank, isOverdue(head, now) ? OVERDUE : line.getKey().ordinal());
      }
    }
    return rank;
  }

  /**
   * Takes what the next run shall do. With more waiting than one run takes, work that cannot be
   * done in time makes way; with less, the run is kept so small that its tightest deadline holds.
   */
  Batch<W> take(long now, InstantSource clock) {
    BatchFill<W> fill = new BatchFill<>(lane, rows);
    for (boolean overdue : new boolean[] {true, false}) {
      for (Deque<Waiting<W>> line : waiting.values()) {
        Iterator<Waiting<W>> each = line.iterator();
        while (each.hasNext() && !fill.isFull()) {
          Waiting<W> one = each.next();
          if (overdue && !isOverdue(one, now)) {
            break;
          }
          if (fill.takes(one, clock)) {
            each.remove();
            rows -= one.work().rows();
          }
        }
      }
    }
    if (!fill.isEmpty()) {
      running++;
    }
    return fill.batch(now);
  }

  private boolean isOverdue(Waiting<W> one, long now) {
    return now - one.sinceNanos() > patienceNanos;
  }

  private Deque<Waiting<W>> line(Priority priority) {
    return Objects.requireNonNull(waiting.get(priority));
  }
}
