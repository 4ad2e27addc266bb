package dev.millrace.server.rollout;

import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * How a version has answered lately: between one and two windows of time, as long as they are
 * turned regularly. Thread-safe; recording takes no lock.
 */
final class RecentTraffic {
  private static final long LONGEST_MICROS = Duration.ofMinutes(10).toNanos() / 1000;
  private static final int DIGITS = 2;

  private volatile Window current = new Window();
  private volatile Window before = new Window();

  private static final class Window {
    final Histogram times = new ConcurrentHistogram(LONGEST_MICROS, DIGITS);
    final LongAdder errors = new LongAdder();
  }

  /**
   * What can be expected of a version.
   *
   * @param answered requests that it answered
   * @param errors requests that it failed
   * @param p99Nanos 99th percentile of the time of its answers
   */
  record Baseline(long answered, long errors, long p99Nanos) {
    static final Baseline UNKNOWN = new Baseline(0, 0, 0);

    long requests() {
      return answered + errors;
    }

    double errorRate() {
      return requests() == 0 ? 0 : (double) errors / requests();
    }
  }

  void answered(Duration time) {
    current.times.recordValue(micros(time));
  }

  void failed() {
    current.errors.increment();
  }

  /** Begins a new window, and forgets the one before the last. */
  void turn() {
    before = current;
    current = new Window();
  }

  Baseline baseline() {
    Histogram all = before.times.copy();
    all.add(current.times);
    return new Baseline(
        all.getTotalCount(), before.errors.sum() + current.errors.sum(), p99Nanos(all));
  }

  static Histogram times() {
    return new Histogram(LONGEST_MICROS, DIGITS);
  }

  static long micros(Duration time) {
    return Math.min(LONGEST_MICROS, time.toNanos() / 1000);
  }

  static long p99Nanos(Histogram times) {
    return 1000 * times.getValueAtPercentile(99);
  }
}
