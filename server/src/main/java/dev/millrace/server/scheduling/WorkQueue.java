package dev.millrace.server.scheduling;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A bounded queue with a fixed number of workers. Work whose caller has gone, or whose deadline has
 * passed, is refused when its turn comes, not done. Thread-safe; it owns its threads.
 */
public final class WorkQueue implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(WorkQueue.class);

  private final int capacity;
  private final InstantSource clock;
  private final List<Thread> workers = new ArrayList<>();
  private final Object lock = new Object();

  @GuardedBy("lock")
  private final Deque<Work> waiting = new ArrayDeque<>();

  @GuardedBy("lock")
  private boolean draining;

  /**
   * Starts the workers.
   *
   * @param workers threads that work at the same time, at least 1
   * @param capacity requests that may wait, at least 1
   */
  public WorkQueue(int workers, int capacity, ThreadFactory threads, InstantSource clock) {
    this.capacity = capacity;
    this.clock = clock;
    for (int i = 0; i < workers; i++) {
      this.workers.add(threads.newThread(this::work));
    }
    this.workers.forEach(Thread::start);
  }

  /**
   * Queues work; never blocks.
   *
   * @throws ServingException OVERLOADED when the queue is full, DRAINING when it is being closed
   */
  public void submit(Work work) {
    synchronized (lock) {
      if (draining) {
        throw new ServingException(ErrorReason.DRAINING, "the server is stopping; try another one");
      }
      if (waiting.size() >= capacity) {
        throw new ServingException(
                ErrorReason.OVERLOADED, capacity + " requests are waiting already; try again soon")
            .retryAfter(Duration.ofMillis(100));
      }
      waiting.addLast(work);
      lock.notify();
    }
  }

  /** Requests that wait now. */
  public int length() {
    synchronized (lock) {
      return waiting.size();
    }
  }

  /** Takes nothing more, finishes what waits, and stops the workers. */
  @Override
  public void close() {
    synchronized (lock) {
      draining = true;
      lock.notifyAll();
    }
    boolean interrupted = false;
    for (Thread worker : workers) {
      while (worker.isAlive()) {
        try {
          worker.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void work() {
    for (Work next = take(); next != null; next = take()) {
      try {
        if (next.isCancelled()) {
          next.refuse(new ServingException(ErrorReason.CALLER_CANCELLED, "the caller went away"));
        } else if (next.deadline().isExpired(clock)) {
          next.refuse(
              new ServingException(
                  ErrorReason.DEADLINE_EXPIRED, "the deadline passed while the request waited"));
        } else {
          next.run();
        }
      } catch (RuntimeException | LinkageError | AssertionError | OutOfMemoryError defect) {
        log.error("a request ended in a defect", defect);
      }
    }
  }

  private @Nullable Work take() {
    synchronized (lock) {
      while (waiting.isEmpty()) {
        if (draining) {
          return null;
        }
        try {
          lock.wait();
        } catch (InterruptedException nobodyStopsWorkersThisWay) {
          log.debug("a worker was interrupted", nobodyStopsWorkersThisWay);
        }
      }
      return waiting.removeFirst();
    }
  }
}
