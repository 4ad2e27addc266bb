package dev.millrace.server.bench;

import io.grpc.Status;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/** What became of the calls of one load. Thread-safe while it goes on. */
final class LoadResult {
  private final Histogram answered = new ConcurrentHistogram(60_000_000_000L, 3);
  private final Histogram refused = new ConcurrentHistogram(60_000_000_000L, 3);
  private final Map<String, LongAdder> codes = new ConcurrentHashMap<>();
  private final LongAdder late = new LongAdder();
  private long beginNanos;
  private long endNanos;

  void begin() {
    beginNanos = System.nanoTime();
  }

  void end() {
    endNanos = System.nanoTime();
  }

  void add(Status status, long nanos, long limitNanos) {
    codes.computeIfAbsent(status.getCode().name(), code -> new LongAdder()).increment();
    long bounded = Math.min(59_000_000_000L, Math.max(1, nanos));
    if (status.isOk()) {
      answered.recordValue(bounded);
      if (nanos > limitNanos) {
        late.increment();
      }
    } else if (status.getCode() == Status.Code.UNAVAILABLE) {
      refused.recordValue(bounded);
    }
  }

  double seconds() {
    return (endNanos - beginNanos) / 1e9;
  }

  /** Answers a second. */
  double rate() {
    return answered.getTotalCount() / seconds();
  }

  /** Answers that came, by whatever time. */
  long answers() {
    return answered.getTotalCount();
  }

  /** Answers that came after their deadline. */
  long late() {
    return late.sum();
  }

  long count(Status.Code code) {
    LongAdder count = codes.get(code.name());
    return count == null ? 0 : count.sum();
  }

  Map<String, Long> codes() {
    Map<String, Long> sorted = new TreeMap<>();
    codes.forEach((code, count) -> sorted.put(code, count.sum()));
    return sorted;
  }

  /** Latency of answers in microseconds at a percentile. */
  double micros(double percentile) {
    return answered.getValueAtPercentile(percentile) / 1e3;
  }

  /** Latency of refusals in microseconds at a percentile. */
  double refusalMicros(double percentile) {
    return refused.getValueAtPercentile(percentile) / 1e3;
  }

  @Override
  public String toString() {
    return String.format(
        "%.0f/s p50 %.0f us p99 %.0f us %s", rate(), micros(50), micros(99), codes());
  }
}
