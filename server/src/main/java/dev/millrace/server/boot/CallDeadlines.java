package dev.millrace.server.boot;

import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/** Ends calls within the process whose time is over. */
final class CallDeadlines {
  /** Sooner than nearly every deadline, and seldom enough to cost nothing. */
  private static final Duration TICK = Duration.ofMillis(100);

  private CallDeadlines() {}

  /**
   * Starts its one thread, which whoever asks for it ends.
   *
   * <p>A timer's thread is woken when a task is due sooner than those that it knows. With a single
   * caller each call's deadline is such a task, and on few cores that wake-up costs the call more
   * than its way to the queue. A tick, due sooner still, lets the thread sleep.
   */
  static ScheduledThreadPoolExecutor start(ThreadFactory threads) {
    ScheduledThreadPoolExecutor deadlines = new ScheduledThreadPoolExecutor(1, threads);
    deadlines.setRemoveOnCancelPolicy(true);
    deadlines.scheduleWithFixedDelay(() -> {}, 0, TICK.toMillis(), TimeUnit.MILLISECONDS);
    return deadlines;
  }
}
