package dev.millrace.server.bench;

import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
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
  private final Histogram sent = new ConcurrentHistogram(60_000_000_000L, 3);
  private final Map<String, LongAdder> codes = new ConcurrentHashMap<>();
  private final LongAdder late = new LongAdder();
  private final LongAdder expired = new LongAdder();
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
    } else if (status.getCode() == Status.Code.DEADLINE_EXCEEDED) {
      // Before its deadline it is a refusal; after it, a call that was taken on in vain.
      if (nanos >= limitNanos) {
        expired.increment();
      } else {
        refused.recordValue(bounded);
      }
    }
  }

  /** A call was sent so long after it was due. */
  void sent(long lateNanos) {
    sent.recordValue(Math.min(59_000_000_000L, Math.max(1, lateNanos)));
  }

  /** How late calls were sent, in microseconds at a percentile: what the generator lacked. */
  double sentLateMicros(double percentile) {
    return sent.getValueAtPercentile(percentile) / 1e3;
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

  /** Answers that came before their deadline. */
  long inTime() {
    return answers() - late.sum();
  }

  /** Calls that the server took on and that were not answered in time. */
  long lateAnswers() {
    return late.sum() + expired.sum();
  }

  /** Calls that the server took on. */
  long accepted() {
    return answers() + expired.sum();
  }

  /** Latency at percentiles in milliseconds, as a line of a chart. */
  Chart.Line percentiles(String name) {
    List<Chart.Point> points = new ArrayList<>();
    for (double percentile : new double[] {10, 25, 50, 75, 90, 95, 99, 99.9}) {
      points.add(new Chart.Point(percentile, micros(percentile) / 1e3));
    }
    return new Chart.Line(name, points);
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

  /** Calls that ended neither in an answer nor in one of these codes. */
  long failures(Status.Code... expected) {
    long known = count(Status.Code.OK);
    for (Status.Code code : expected) {
      known += count(code);
    }
    return codes.values().stream().mapToLong(LongAdder::sum).sum() - known;
  }

  @Override
  public String toString() {
    return String.format(
        "%.0f/s p50 %.0f us p99 %.0f us %s", rate(), micros(50), micros(99), codes());
  }
}
