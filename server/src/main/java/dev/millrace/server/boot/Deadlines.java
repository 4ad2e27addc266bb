package dev.millrace.server.boot;

import dev.millrace.server.inference.cache.Alarm;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/** Ends waits at their deadline, on one thread of its own. Thread-safe. */
final class Deadlines implements Alarm, AutoCloseable {
  private final ScheduledThreadPoolExecutor executor;

  Deadlines(ThreadFactory threads) {
    executor = new ScheduledThreadPoolExecutor(1, threads);
    // Most are taken back long before they are due.
    executor.setRemoveOnCancelPolicy(true);
  }

  @Override
  public Runnable set(Duration delay, Runnable task) {
    Future<?> set = executor.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
    return () -> set.cancel(false);
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
