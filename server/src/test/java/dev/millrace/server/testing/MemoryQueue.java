package dev.millrace.server.testing;

import dev.millrace.server.training.Claim;
import dev.millrace.server.training.JobQueue;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A queue that outlives the jobs but not the test. It gives out what is due when something is added
 * or over, and when the test says so; on an executor.
 */
public final class MemoryQueue implements JobQueue {
  private record Row(String job, int priority, Instant due, long order) {}

  private final int most;
  private final Executor executor;
  private final InstantSource clock;
  private final Map<String, Row> rows = new HashMap<>();
  private final Map<String, Long> tokens = new HashMap<>();
  private final Set<String> claimed = new HashSet<>();
  private @Nullable Worker worker;
  private long counter;
  private boolean paused;
  private boolean full;

  /** A queue that gives out at most so many jobs at a time. */
  public MemoryQueue(int most, Executor executor, InstantSource clock) {
    this.most = most;
    this.executor = executor;
    this.clock = clock;
  }

  @Override
  public void start(Worker newWorker) {
    synchronized (this) {
      worker = newWorker;
      claimed.clear();
      paused = false;
    }
    giveOut();
  }

  @Override
  public void add(String job, int priority, Instant due) {
    synchronized (this) {
      if (full) {
        throw new IllegalStateException("database or disk is full");
      }
      rows.putIfAbsent(job, new Row(job, priority, due, counter++));
    }
    giveOut();
  }

  @Override
  public synchronized void remove(String job) {
    if (!claimed.contains(job)) {
      rows.remove(job);
    }
  }

  @Override
  public synchronized boolean isCurrent(Claim claim) {
    return tokens.getOrDefault(claim.job(), 0L) == claim.token();
  }

  @Override
  public synchronized void pause() {
    paused = true;
  }

  /** Takes a claim away from whoever has it, as when its heartbeats did not come. */
  public void lose(String job) {
    synchronized (this) {
      claimed.remove(job);
    }
    giveOut();
  }

  /** Gives the job's token to nobody, as if another server had claimed it. */
  public synchronized void claimElsewhere(String job) {
    tokens.merge(job, 1L, Long::sum);
  }

  /** Takes no more rows, or takes them again. */
  public synchronized void setFull(boolean full) {
    this.full = full;
  }

  /** When a job is due; empty when it is not in the queue. */
  public synchronized Optional<Instant> due(String job) {
    return Optional.ofNullable(rows.get(job)).map(Row::due);
  }

  /** Gives out what is due. */
  public void giveOut() {
    while (true) {
      Claim claim;
      Worker now;
      synchronized (this) {
        now = worker;
        Optional<Row> next =
            rows.values().stream()
                .filter(row -> !claimed.contains(row.job()))
                .filter(row -> !row.due().isAfter(clock.instant()))
                .min(
                    Comparator.comparingInt(Row::priority)
                        .reversed()
                        .thenComparing(Row::due)
                        .thenComparingLong(Row::order));
        if (now == null || paused || claimed.size() >= most || next.isEmpty()) {
          return;
        }
        String job = next.get().job();
        claimed.add(job);
        claim = new Claim(job, tokens.merge(job, 1L, Long::sum));
      }
      executor.execute(() -> now.work(claim, again -> over(claim, again)));
    }
  }

  private void over(Claim claim, Optional<Instant> again) {
    synchronized (this) {
      if (!isCurrent(claim)) {
        return;
      }
      claimed.remove(claim.job());
      if (again.isPresent()) {
        rows.computeIfPresent(
            claim.job(), (job, row) -> new Row(job, row.priority(), again.get(), row.order()));
      } else {
        rows.remove(claim.job());
      }
    }
    giveOut();
  }
}
