package dev.millrace.server.bench;

import java.time.Duration;
import java.util.concurrent.SynchronousQueue;
import org.HdrHistogram.Histogram;

/** What it takes to wake another thread and to be woken by it, which no server is spared. */
final class HandOver {
  private static final int PAUSE_MILLIS = 1;

  private HandOver() {}

  /** Median time there and back, in microseconds, between threads that rest in between. */
  static double micros(Duration time) throws InterruptedException {
    SynchronousQueue<Boolean> there = new SynchronousQueue<>();
    SynchronousQueue<Boolean> back = new SynchronousQueue<>();
    Thread other =
        new Thread(
            () -> {
              try {
                while (there.take()) {
                  back.put(true);
                }
              } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
              }
            });
    other.setDaemon(true);
    other.start();
    Histogram times = new Histogram(60_000_000_000L, 3);
    long end = System.nanoTime() + time.toNanos();
    while (System.nanoTime() - end < 0) {
      Thread.sleep(PAUSE_MILLIS);
      long start = System.nanoTime();
      there.put(true);
      back.take();
      times.recordValue(System.nanoTime() - start);
    }
    there.put(false);
    return times.getValueAtPercentile(50) / 1e3;
  }
}
