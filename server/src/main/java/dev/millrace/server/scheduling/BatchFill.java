package dev.millrace.server.scheduling;

import dev.millrace.server.scheduling.Batch.Dropped;
import dev.millrace.server.scheduling.Batch.Waiting;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A run while it is put together. Guarded by the queue's lock. */
final class BatchFill<W extends Work> {
  private final Lane lane;
  private final int limit;
  private final boolean backlog;
  private final long fullRun;
  private final List<Waiting<W>> chosen = new ArrayList<>();
  private final List<Dropped<W>> dropped = new ArrayList<>();
  private int filled;
  private long tightest = Long.MAX_VALUE;

  /**
   * Begins.
   *
   * @param waitingRows rows that wait in the lane
   */
  BatchFill(Lane lane, int waitingRows) {
    this.lane = lane;
    this.limit = lane.rule().maxRows();
    this.backlog = waitingRows > limit;
    this.fullRun = lane.runTime().nanos(Math.min(limit, waitingRows));
  }

  /** Rows that the run takes at most. */
  int limit() {
    return limit;
  }

  /** Rows that it has taken. */
  int rows() {
    return filled;
  }

  boolean isFull() {
    return filled >= limit;
  }

  boolean isEmpty() {
    return chosen.isEmpty();
  }

  /** Takes work into the run, or drops it; false when it must wait for another run. */
  boolean takes(Waiting<W> one, InstantSource clock) {
    W work = one.work();
    long remaining = work.deadline().remaining(clock).toNanos();
    DropReason why = reasonToDrop(work, remaining);
    if (why != null) {
      dropped.add(new Dropped<>(one, why));
      return true;
    }
    if (!fits(work.rows(), Math.min(tightest, remaining))) {
      return false;
    }
    chosen.add(one);
    filled += work.rows();
    tightest = Math.min(tightest, remaining);
    return true;
  }

  Batch<W> batch(long now) {
    return new Batch<>(lane, chosen, filled, dropped, now, lane.runTime().nanos(filled));
  }

  /** A transport cancels what has expired, so that the deadline is asked first. */
  private @Nullable DropReason reasonToDrop(W work, long remaining) {
    if (remaining <= 0) {
      return DropReason.EXPIRED;
    }
    if (work.isCancelled()) {
      return DropReason.CANCELLED;
    }
    long least = backlog ? fullRun : lane.runTime().nanos(work.rows());
    return remaining < least ? DropReason.TOO_LATE : null;
  }

  private boolean fits(int more, long tightestNanos) {
    return filled == 0
        || (filled + more <= limit
            && (backlog || lane.runTime().nanos(filled + more) <= tightestNanos));
  }
}
