package dev.millrace.server.scheduling;

import dev.millrace.server.scheduling.Batch.Dropped;
import dev.millrace.server.scheduling.Batch.Waiting;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Threads that take batches from a queue and run them. Thread-safe; owns its threads. */
public final class BatchWorkers<W extends Work> implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(BatchWorkers.class);

  private final BatchQueue<W> queue;
  private final BatchRunner<W> runner;
  private final QueueObserver observer;
  private final LongSupplier nanoTime;
  private final List<Thread> threads = new ArrayList<>();

  private BatchWorkers(
      BatchQueue<W> queue, BatchRunner<W> runner, QueueObserver observer, LongSupplier nanoTime) {
    this.queue = queue;
    this.runner = runner;
    this.observer = observer;
    this.nanoTime = nanoTime;
  }

  /** Starts so many workers. */
  public static <W extends Work> BatchWorkers<W> start(
      int count,
      ThreadFactory factory,
      BatchQueue<W> queue,
      BatchRunner<W> runner,
      QueueObserver observer,
      LongSupplier nanoTime) {
    BatchWorkers<W> workers = new BatchWorkers<>(queue, runner, observer, nanoTime);
    for (int i = 0; i < count; i++) {
      workers.threads.add(factory.newThread(workers::work));
    }
    workers.threads.forEach(Thread::start);
    return workers;
  }

  /** Closes the queue, finishes what waits, and stops the threads. */
  @Override
  public void close() {
    queue.close();
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
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
    for (Batch<W> batch = queue.take(); batch != null; batch = queue.take()) {
      boolean whole = false;
      try {
        refuse(batch);
        whole = run(batch);
      } catch (RuntimeException | Error defect) {
        log.error("a run ended in a defect", defect);
      } finally {
        if (whole) {
          queue.done(batch);
        } else {
          queue.broken(batch);
        }
      }
    }
  }

  private void refuse(Batch<W> batch) {
    for (Dropped<W> dropped : batch.dropped()) {
      observer.onDropped(batch.lane(), dropped.why(), dropped.waiting().costNanos());
      dropped.waiting().work().refuse(dropped.why().toException());
    }
  }

  private boolean run(Batch<W> batch) {
    if (batch.work().isEmpty()) {
      return false;
    }
    long start = nanoTime.getAsLong();
    for (Waiting<W> waiting : batch.work()) {
      observer.onStarted(batch.lane(), start - waiting.sinceNanos());
    }
    return runner.run(batch.lane(), batch.work().stream().map(Waiting::work).toList());
  }
}
