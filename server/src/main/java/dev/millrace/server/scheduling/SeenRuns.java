package dev.millrace.server.scheduling;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * How long runs took, as running means by the power of two that holds their rows. Sizes between two
 * seen ones are interpolated. Beyond them an estimate is what such a run takes at least: no longer
 * than the largest seen one, or its share of the smallest. To refuse a request because of a bolder
 * one would keep its size from ever being seen. Guarded by its owner.
 */
final class SeenRuns {
  private static final double WEIGHT_OF_NEWEST = 0.1;

  private final NavigableMap<Integer, Mean> bySize = new TreeMap<>();

  private static final class Mean {
    private double rows;
    private double nanos;
    private long count;

    void add(int newRows, double newNanos) {
      count++;
      double weight = Math.max(WEIGHT_OF_NEWEST, 1.0 / count);
      rows += weight * (newRows - rows);
      nanos += weight * (newNanos - nanos);
    }
  }

  void add(int rows, long nanos) {
    bySize.computeIfAbsent(size(rows), size -> new Mean()).add(rows, Math.max(1.0, nanos));
  }

  /** Multiplies all that was seen. */
  void scale(double by) {
    bySize.values().forEach(mean -> mean.nanos *= by);
  }

  /** Expected nanoseconds; 0 while nothing is known. */
  double nanos(int rows) {
    Map.Entry<Integer, Mean> below = bySize.floorEntry(size(rows));
    if (below != null && rows < below.getValue().rows) {
      below = bySize.lowerEntry(below.getKey());
    }
    Map.Entry<Integer, Mean> above =
        below == null ? bySize.firstEntry() : bySize.higherEntry(below.getKey());
    if (below == null) {
      return above == null ? 0 : above.getValue().nanos * rows / above.getValue().rows;
    }
    Mean low = below.getValue();
    if (above == null) {
      return low.nanos;
    }
    Mean high = above.getValue();
    double share = (rows - low.rows) / (high.rows - low.rows);
    return low.nanos + share * (high.nanos - low.nanos);
  }

  private static int size(int rows) {
    return Integer.SIZE - Integer.numberOfLeadingZeros(Math.max(1, rows) - 1);
  }
}
