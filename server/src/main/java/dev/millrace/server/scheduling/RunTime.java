package dev.millrace.server.scheduling;

import dev.millrace.server.model.BatchPlan.Measurement;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * A running estimate of how long a run of so many rows takes: what was measured at warm-up, scaled
 * by how later runs compared with it; or, where nothing was measured, {@link SeenRuns what was
 * seen} after the first run, which is slower than all others. An estimate that keeps requests away
 * is not confirmed by their runs: {@link #doubt} lowers it, so that one bad moment does not shut a
 * model for ever. Thread-safe.
 */
public final class RunTime {
  private static final double WEIGHT_OF_NEWEST = 0.1;
  private static final double LEAST_RATIO = 0.1;
  private static final double MOST_RATIO = 10;
  private static final double DOUBT = 0.5;
  private static final long DOUBT_NANOS = 1_000_000_000L;

  private final NavigableMap<Integer, Long> measured = new TreeMap<>();
  private double factor = 1;
  // Of a lane without measurements.
  private final SeenRuns seen = new SeenRuns();
  private boolean ran;
  private boolean confirmed = true;
  private long lastDoubtNanos;

  /** An estimate from measurements; none is as good as zero until two runs are observed. */
  public RunTime(List<Measurement> measurements) {
    measurements.forEach(one -> measured.put(one.rows(), one.latency().toNanos()));
  }

  /** Expected nanoseconds of a run; 0 while nothing is known. */
  public synchronized long nanos(int rows) {
    return Math.round(measured.isEmpty() ? seen.nanos(rows) : factor * interpolated(rows));
  }

  /** Learns from a run. */
  public synchronized void observe(int rows, long nanos) {
    confirmed = true;
    if (measured.isEmpty()) {
      if (ran) {
        seen.add(rows, nanos);
      }
      ran = true;
      return;
    }
    double ratio = nanos / Math.max(1, interpolated(rows));
    ratio = Math.min(MOST_RATIO, Math.max(LEAST_RATIO, ratio));
    factor += WEIGHT_OF_NEWEST * (ratio - factor);
  }

  /**
   * Hears that a request was refused because of this estimate alone. When no run has confirmed it
   * for a second, it is lowered, though not below what was measured at warm-up.
   */
  synchronized void doubt(long nowNanos) {
    if (confirmed) {
      confirmed = false;
      lastDoubtNanos = nowNanos;
    } else if (nowNanos - lastDoubtNanos >= DOUBT_NANOS) {
      lastDoubtNanos = nowNanos;
      seen.scale(DOUBT);
      factor = factor > 1 ? Math.max(1, factor * DOUBT) : factor;
    }
  }

  private double interpolated(int rows) {
    Map.Entry<Integer, Long> below = measured.floorEntry(rows);
    Map.Entry<Integer, Long> above = measured.ceilingEntry(rows);
    if (below == null) {
      return above == null ? 0 : above.getValue();
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
