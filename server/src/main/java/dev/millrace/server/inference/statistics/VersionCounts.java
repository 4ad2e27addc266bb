package dev.millrace.server.inference.statistics;

import java.time.Instant;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** The counters of one version. Thread-safe. */
final class VersionCounts {
  // Requests choose the sizes; beyond so many different ones, only the sums go on.
  private static final int MOST_SIZES = 1024;

  final CountedTime success = new CountedTime();
  final CountedTime fail = new CountedTime();
  final CountedTime queue = new CountedTime();
  final CountedTime cacheHit = new CountedTime();
  final CountedTime cacheMiss = new CountedTime();
  private final Phases requests = new Phases();
  private final Map<Integer, Phases> batches = new ConcurrentHashMap<>();
  private final LongAdder rows = new LongAdder();
  private final LongAdder runs = new LongAdder();
  private volatile Instant last = Instant.EPOCH;

  private static final class Phases {
    final CountedTime input = new CountedTime();
    final CountedTime infer = new CountedTime();
    final CountedTime output = new CountedTime();

    void add(long times, long inputNanos, long inferNanos, long outputNanos) {
      input.add(times, inputNanos);
      infer.add(times, inferNanos);
      output.add(times, outputNanos);
    }

    VersionStatistics.Phases total() {
      return new VersionStatistics.Phases(input.total(), infer.total(), output.total());
    }
  }

  void requestEnded(Instant now) {
    last = now;
  }

  void ran(int pieces, int rowsOfRun, long inputNanos, long inferNanos, long outputNanos) {
    runs.increment();
    rows.add(rowsOfRun);
    requests.add(pieces, inputNanos, inferNanos, outputNanos);
    Phases ofSize =
        batches.size() < MOST_SIZES
            ? batches.computeIfAbsent(rowsOfRun, size -> new Phases())
            : batches.get(rowsOfRun);
    if (ofSize != null) {
      ofSize.add(1, inputNanos, inferNanos, outputNanos);
    }
  }

  VersionStatistics snapshot() {
    SortedMap<Integer, VersionStatistics.Phases> bySize = new TreeMap<>();
    batches.forEach((size, phases) -> bySize.put(size, phases.total()));
    VersionStatistics.Phases all = requests.total();
    return new VersionStatistics(
        last,
        rows.sum(),
        runs.sum(),
        success.total(),
        fail.total(),
        queue.total(),
        all.input(),
        all.infer(),
        all.output(),
        cacheHit.total(),
        cacheMiss.total(),
        bySize);
  }
}
