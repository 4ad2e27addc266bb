package dev.millrace.server.scheduling;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.scheduling.Batch.Waiting;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Work that waits for a worker, put together into runs. Thread-safe.
 *
 * <ol>
 *   <li>Work waits only while every worker is busy, unless its lane has a delay.
 *   <li>A run holds work of one lane, at most its largest size, the urgent first, and of equal
 *       urgency callers in turn, each one's oldest first; what has waited for very long goes before
 *       the urgent.
 *   <li>The pieces of a request are taken on together or not at all.
 *   <li>Each piece taken on comes out exactly once: in a run, or dropped with the reason.
 *   <li>Work whose caller has gone or whose deadline cannot be met never runs.
 * </ol>
 */
public final class BatchQueue<W extends Work> {
  private final int workers;
  private final Admission admission;
  private final QueueObserver observer;
  private final InstantSource clock;
  private final LongSupplier nanoTime;
  private final Object lock = new Object();

  @GuardedBy("lock")
  private final Map<Lane.Key, LaneQueue<W>> lanes = new LinkedHashMap<>();

  @GuardedBy("lock")
  private final Backlog backlog = new Backlog();

  @GuardedBy("lock")
  private final LaneOrder order = new LaneOrder(backlog);

  @GuardedBy("lock")
  private final List<Batch<W>> running = new ArrayList<>();

  @GuardedBy("lock")
  private boolean draining;

  /**
   * An empty queue.
   *
   * @param workers how many runs go on at a time, for estimates
   * @param maxBytes most bytes of inputs that wait or run
   */
  public BatchQueue(
      int workers,
      long maxBytes,
      QueueObserver observer,
      InstantSource clock,
      LongSupplier nanoTime) {
    this.workers = workers;
    this.admission = new Admission(maxBytes);
    this.observer = observer;
    this.clock = clock;
    this.nanoTime = nanoTime;
  }

  /**
   * Takes on a request; never blocks.
   *
   * @param pieces the request's work, of one lane; at least one
   * @throws ServingException OVERLOADED, DEADLINE_EXPIRED when it cannot be done in time, DRAINING
   */
  public void submit(List<W> pieces) {
    W first = pieces.get(0);
    Lane lane = first.lane();
    Optional<Admission.Refusal> refusal;
    DropReason hopeless = null;
    long cost = 0;
    synchronized (lock) {
      if (draining) {
        throw new ServingException(ErrorReason.DRAINING, "the server is stopping; try another one");
      }
      long now = nanoTime.getAsLong();
      LaneQueue<W> known = lanes.get(lane.key());
      int rows = 0;
      long bytes = 0;
      for (W piece : pieces) {
        rows += piece.rows();
        bytes += piece.bytes();
      }
      cost = costNanos(lane, rows);
      long wait = waitNanos(first, cost, now);
      refusal = admission.refusal(first, pieces.size(), bytes, backlog, wait);
      if (refusal.isEmpty()) {
        int together = Math.min(lane.rule().maxRows(), rows + (known == null ? 0 : known.rows()));
        long later = Math.max(0, cost - lane.runTime().nanos(together)) / workers;
        long running = lane.runTime().nanos(together) + later;
        long needed = cautious(wait) + running;
        long remaining = first.deadline().remaining(clock).toNanos();
        hopeless = remaining <= 0 ? DropReason.EXPIRED : null;
        if (remaining > 0 && remaining < needed) {
          hopeless = DropReason.TOO_LATE;
          if (remaining < running) {
            lane.runTime().doubt(now);
          }
        }
        if (hopeless == null) {
          LaneQueue<W> queue = known == null ? new LaneQueue<>(lane) : known;
          lanes.putIfAbsent(lane.key(), queue);
          // With a near deadline, half of the time to spare is for company at most.
          long delay =
              Math.min(lane.rule().maxDelay().toNanos(), Math.max(0, remaining - needed) / 2);
          for (W piece : pieces) {
            long share = costNanos(lane, piece.rows());
            queue.add(new Waiting<>(piece, now, now + delay, share));
            backlog.queued(piece, share);
            lock.notify();
          }
          return;
        }
      }
    }
    if (hopeless != null) {
      observer.onDropped(lane, hopeless, cost);
      throw hopeless.toException();
    }
    Admission.Refusal shed = refusal.orElseThrow();
    observer.onShed(lane, shed.why());
    throw shed.error();
  }

  /** Waits for work and takes it; null when the queue is closed and empty. */
  public @Nullable Batch<W> take() {
    synchronized (lock) {
      while (true) {
        long now = nanoTime.getAsLong();
        Batch<W> batch = poll(now);
        if (batch != null) {
          return batch;
        }
        if (draining && backlog.length() == 0) {
          // Whoever leaves wakes the next, since only one is woken by the last run.
          lock.notify();
          return null;
        }
        await(nanosToNextDue(now));
      }
    }
  }

  /** Takes what is due, without waiting; null when nothing is. */
  @Nullable Batch<W> poll() {
    synchronized (lock) {
      return poll(nanoTime.getAsLong());
    }
  }

  /** A run that {@link #take} gave out is over, and how long it took is learned from. */
  public void done(Batch<W> batch) {
    long nanos = nanoTime.getAsLong() - batch.startNanos();
    if (!batch.work().isEmpty()) {
      batch.lane().runTime().observe(batch.rows(), nanos);
    }
    broken(batch);
  }

  /** It is over, but the model refused it or it ran in parts, so its time tells nothing. */
  public void broken(Batch<W> batch) {
    synchronized (lock) {
      batch.work().forEach(one -> backlog.ended(one.work()));
      if (running.removeIf(one -> one == batch)) {
        LaneQueue<W> queue = lanes.get(batch.lane().key());
        if (queue != null) {
          queue.ended();
          forgetIfIdle(queue);
        }
        lock.notify();
      }
    }
  }

  /** Pieces of work that wait now. */
  public int length() {
    synchronized (lock) {
      return backlog.length();
    }
  }

  /** Bytes of inputs that wait or run now. */
  public long bytes() {
    synchronized (lock) {
      return backlog.bytes();
    }
  }

  /** Takes nothing more on; what waits still comes out. */
  public void close() {
    synchronized (lock) {
      draining = true;
      lock.notifyAll();
    }
  }

  @GuardedBy("lock")
  private @Nullable Batch<W> poll(long now) {
    LaneQueue<W> due = null;
    for (LaneQueue<W> lane : lanes.values()) {
      boolean mayGo = lane.mayStart() && (draining || lane.dueNanos() - now <= 0);
      if (mayGo && (due == null || order.isBefore(lane, due, now))) {
        due = lane;
      }
    }
    return due == null ? null : take(due, now);
  }

  /** How long until a lane that waits for company is due; the largest long when none does. */
  @GuardedBy("lock")
  private long nanosToNextDue(long now) {
    long soonest = Long.MAX_VALUE;
    for (LaneQueue<W> lane : lanes.values()) {
      if (lane.mayStart()) {
        soonest = Math.min(soonest, Math.max(1, lane.dueNanos() - now));
      }
    }
    return soonest;
  }

  @GuardedBy("lock")
  private Batch<W> take(LaneQueue<W> queue, long now) {
    order.chosen(queue, now);
    Batch<W> batch = queue.take(now, clock);
    batch.work().forEach(one -> backlog.begun(one.work(), one.costNanos()));
    batch
        .dropped()
        .forEach(
            one -> {
              backlog.begun(one.waiting().work(), one.waiting().costNanos());
              backlog.ended(one.waiting().work());
            });
    if (!batch.work().isEmpty()) {
      running.add(batch);
    }
    order.given(batch);
    forgetIfIdle(queue);
    if (draining || backlog.length() > 0) {
      lock.notify();
    }
    return batch;
  }

  @GuardedBy("lock")
  private void forgetIfIdle(LaneQueue<W> queue) {
    if (queue.isIdle()) {
      lanes.remove(queue.lane().key());
    }
  }

  /** Estimated time until new work begins. */
  @GuardedBy("lock")
  private long waitNanos(W work, long cost, long now) {
    long ahead = backlog.costNanosBefore(work.caller(), work.priority(), cost) / workers;
    if (running.size() < workers) {
      return ahead;
    }
    long soonest = Long.MAX_VALUE;
    for (Batch<W> batch : running) {
      soonest = Math.min(soonest, batch.startNanos() + batch.expectedNanos() - now);
    }
    return ahead + Math.max(0, soonest);
  }

  /**
   * A wait is the sum of many runs on cores that others use as well: who is let in with no time to
   * spare is often late, and then was run for nothing. Under overload it costs no throughput to ask
   * for twice the wait, since somebody else is served.
   */
  private static long cautious(long waitNanos) {
    return 2 * waitNanos;
  }

  /** Worker time of so many rows when runs are full. */
  private static long costNanos(Lane lane, int rows) {
    int full = lane.rule().maxRows();
    return Math.round(lane.runTime().nanos(full) * ((double) rows / full));
  }

  @GuardedBy("lock")
  private void await(long nanos) {
    try {
      if (nanos == Long.MAX_VALUE) {
        lock.wait();
      } else {
        lock.wait(nanos / 1_000_000, (int) (nanos % 1_000_000));
      }
    } catch (InterruptedException nobodyStopsWorkersThisWay) {
      // A worker ends when the queue is closed and empty, and not before.
      Thread.interrupted();
    }
  }
}
