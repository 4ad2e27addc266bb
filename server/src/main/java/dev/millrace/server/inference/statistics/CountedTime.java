package dev.millrace.server.inference.statistics;

import java.util.concurrent.atomic.LongAdder;

/** How often something happened, and how long it took together. Thread-safe. */
final class CountedTime {
  private final LongAdder count = new LongAdder();
  private final LongAdder nanos = new LongAdder();

  void add(long times, long each) {
    count.add(times);
    nanos.add(times * Math.max(0, each));
  }

  VersionStatistics.Total total() {
    return new VersionStatistics.Total(count.sum(), nanos.sum());
  }
}
