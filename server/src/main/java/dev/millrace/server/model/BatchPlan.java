package dev.millrace.server.model;

import java.time.Duration;
import java.util.List;

/**
 * How requests for one signature share runs, and why.
 *
 * @param batchable true when requests may share a run
 * @param bestSize most rows that a run takes, at least 1
 * @param tried what was measured, by size; empty when nothing was
 * @param explanation the choice in words
 */
public record BatchPlan(
    boolean batchable, int bestSize, List<Measurement> tried, String explanation) {
  /** Copies the list. */
  public BatchPlan {
    tried = List.copyOf(tried);
  }

  /** Every request runs by itself. */
  public static BatchPlan alone(List<Measurement> tried, String explanation) {
    return new BatchPlan(false, 1, tried, explanation);
  }

  /**
   * What a run of one size took.
   *
   * @param rows the size
   * @param latency time of the run
   */
  public record Measurement(int rows, Duration latency) {
    /** Rows a second on one thread of runs. */
    public double rowsPerSecond() {
      return rows * 1e9 / Math.max(1, latency.toNanos());
    }
  }
}
