package dev.millrace.server.scheduling;

import dev.millrace.server.model.Caller;
import dev.millrace.server.scheduling.Batch.Waiting;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The waiting work of one lane and priority, in turns between callers: deficit round robin
 * (Shreedhar and Varghese, "Efficient Fair Queueing using Deficit Round Robin", SIGCOMM 1995), in
 * rows. While several callers wait, each gets as many rows as any other, give or take one run's;
 * the work of one caller keeps its order. With one caller it is a plain queue. Guarded by the
 * queue's lock.
 */
final class CallerTurns<W extends Work> {
  private final Map<Caller, Flow<W>> flows = new HashMap<>();
  private final Deque<Flow<W>> turns = new ArrayDeque<>(2);
  private long fills;

  void add(Waiting<W> one) {
    Caller caller = one.work().caller();
    Flow<W> flow = flows.get(caller);
    if (flow == null) {
      flow = new Flow<>(caller);
      flows.put(caller, flow);
      turns.addLast(flow);
    }
    flow.waiting.addLast(one);
  }

  boolean isEmpty() {
    return turns.isEmpty();
  }

  /** When the oldest work came; there must be some. */
  long oldestNanos() {
    long oldest = turns.getFirst().waiting.getFirst().sinceNanos();
    for (Flow<W> flow : turns) {
      long since = flow.waiting.getFirst().sinceNanos();
      oldest = since - oldest < 0 ? since : oldest;
    }
    return oldest;
  }

  /** All of it, in no order. */
  void forEach(Consumer<Waiting<W>> each) {
    turns.forEach(flow -> flow.waiting.forEach(each));
  }

  /** The share of the waiting caller who has had least; there must be one. */
  long leastShare(CallerShares shares) {
    long least = Long.MAX_VALUE;
    for (Flow<W> flow : turns) {
      least = Math.min(least, shares.of(flow.caller));
    }
    return least;
  }

  /**
   * Has a run take what it has room for.
   *
   * @param wanted false from the first work on that shall stay, of each caller's
   * @return rows that do not wait any more
   */
  int fill(BatchFill<W> fill, Predicate<Waiting<W>> wanted, InstantSource clock) {
    fills++;
    int gone = 0;
    int quantum = Math.max(1, fill.limit() / Math.max(1, turns.size()));
    List<Flow<W>> passed = new ArrayList<>();
    while (!fill.isFull() && !turns.isEmpty()) {
      Flow<W> flow = turns.removeFirst();
      gone += flow.visit(fills, quantum, fill, wanted, clock);
      if (flow.waiting.isEmpty()) {
        flows.remove(flow.caller);
      } else if (flow.next == null) {
        passed.add(flow);
      } else if (fill.isFull() && flow.next.work().rows() <= flow.deficit) {
        turns.addFirst(flow);
      } else {
        turns.addLast(flow);
      }
    }
    // Whose work did not fit is first next time.
    for (int i = passed.size() - 1; i >= 0; i--) {
      turns.addFirst(passed.get(i));
    }
    return gone;
  }

  /** What waits of one caller. */
  private static final class Flow<W extends Work> {
    private final Caller caller;
    private final Deque<Waiting<W>> waiting = new ArrayDeque<>(2);
    private int deficit;
    private long fill;
    private Iterator<Waiting<W>> cursor = waiting.iterator();
    private @Nullable Waiting<W> next;

    Flow(Caller caller) {
      this.caller = caller;
    }

    /** Gives it one turn; rows that do not wait any more. */
    int visit(
        long number,
        int quantum,
        BatchFill<W> run,
        Predicate<Waiting<W>> wanted,
        InstantSource clock) {
      if (fill != number) {
        fill = number;
        cursor = waiting.iterator();
        advance(wanted);
      }
      if (next != null && next.work().rows() > deficit) {
        deficit += quantum;
      }
      int gone = 0;
      while (next != null && !run.isFull() && next.work().rows() <= deficit) {
        int before = run.rows();
        if (run.takes(next, clock)) {
          cursor.remove();
          gone += next.work().rows();
          deficit -= run.rows() - before;
        }
        advance(wanted);
      }
      return gone;
    }

    private void advance(Predicate<Waiting<W>> wanted) {
      Waiting<W> following = cursor.hasNext() ? cursor.next() : null;
      next = following != null && wanted.test(following) ? following : null;
    }
  }
}
