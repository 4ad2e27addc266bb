package dev.millrace.server.scheduling;

import dev.millrace.server.model.BatchPlan.Measurement;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * A running estimate of how long a run of so many rows takes: what was measured at warm-up, scaled
 * by how later runs compared with it. Thread-safe.
 */
public final class RunTime {
  private static final double WEIGHT_OF_NEWEST = 0.1;
  private static final double LEAST_RATIO = 0.1;
  private static final double MOST_RATIO = 10;

  private NavigableMap<Integer, Long> measured = new TreeMap<>();
  private double factor = 1;

  /** An estimate from measurements; none is as good as zero until the first run is observed. */
  public RunTime(List<Measurement> measurements) {
    measurements.forEach(one -> measured.put(one.rows(), one.latency().toNanos()));
  }

  /** Expected nanoseconds of a run; 0 while nothing is known. */
  public synchronized long nanos(int rows) {
    return Math.round(factor * unscaled(rows));
  }

  /** Learns from a run. */
  public synchronized void observe(int rows, long nanos) {
    double expected = unscaled(rows);
    if (expected <= 0) {
      measured.put(rows, Math.max(1, nanos));
      return;
    }
    double ratio = Math.min(MOST_RATIO, Math.max(LEAST_RATIO, nanos / expected));
    factor += WEIGHT_OF_NEWEST * (ratio - factor);
  }

  private double unscaled(int rows) {
    Map.Entry<Integer, Long> below = measured.floorEntry(rows);
    Map.Entry<Integer, Long> above = measured.ceilingEntry(rows);
    if (below == null && above == null) {
      return 0;
    }
    if (below == null) {
      return above.getValue();
    }
    if (above == null) {
      return below.getValue() * (double) rows / below.getKey();
    }
    if (below.getKey().equals(above.getKey())) {
      return below.getValue();
    }
    double share = (rows - below.getKey()) / (double) (above.getKey() - below.getKey());
    return below.getValue() + share * (above.getValue() - below.getValue());
  }
}
