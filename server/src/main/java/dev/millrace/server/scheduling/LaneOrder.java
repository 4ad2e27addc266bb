package dev.millrace.server.scheduling;

import dev.millrace.server.model.Priority;
import java.util.List;

/**
 * Which lane runs next: the most urgent; of equally urgent ones that of the caller who has had
 * least worker time; then the one whose work is oldest. Guarded by the queue's lock.
 */
final class LaneOrder {
  private static final List<Priority> PRIORITIES = List.of(Priority.values());

  private final List<CallerShares> shares =
      PRIORITIES.stream().map(priority -> new CallerShares()).toList();
  private final Backlog backlog;

  LaneOrder(Backlog backlog) {
    this.backlog = backlog;
  }

  boolean isBefore(LaneQueue<?> one, LaneQueue<?> other, long now) {
    int rank = one.rank(now);
    int order = Integer.compare(rank, other.rank(now));
    if (order == 0 && isShared(rank)) {
      order = Long.compare(leastShare(one, rank), leastShare(other, rank));
    }
    return order != 0 ? order < 0 : one.oldestNanos() - other.oldestNanos() < 0;
  }

  /** A lane was chosen, and gives its work out next. */
  void chosen(LaneQueue<?> lane, long now) {
    int rank = lane.rank(now);
    if (isShared(rank)) {
      shares.get(rank).reach(leastShare(lane, rank));
    }
  }

  /** Work was given out. */
  void given(Batch<?> batch) {
    if (backlog.length() == 0) {
      shares.forEach(CallerShares::reset);
      return;
    }
    for (Batch.Waiting<? extends Work> one : batch.work()) {
      shares.get(one.work().priority().ordinal()).give(one.work().caller(), one.costNanos());
    }
  }

  private boolean isShared(int rank) {
    return rank != LaneQueue.OVERDUE && backlog.callers() > 1;
  }

  private long leastShare(LaneQueue<?> lane, int rank) {
    return lane.leastShare(PRIORITIES.get(rank), shares.get(rank));
  }
}
