package dev.millrace.client;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What happened between a version's load and its first real request.
 *
 * @param requests requests that were run, those of the measurement included
 * @param records how many of them the model's author had put beside it
 * @param loadDuration how long the load took
 * @param firstRequest how long the first request took, the slowest one by nature
 * @param lastRequest how long the last request took
 * @param skipped signatures that could not be warmed up, and why, in words
 * @param execution how runs share the cores
 * @param batching how requests share runs, by signature
 */
public record WarmUpInfo(
    int requests,
    int records,
    Duration loadDuration,
    Duration firstRequest,
    Duration lastRequest,
    List<String> skipped,
    ExecutionMode execution,
    SortedMap<String, BatchPlanInfo> batching) {
  /** Copies the collections. */
  public WarmUpInfo {
    skipped = List.copyOf(skipped);
    batching = Collections.unmodifiableSortedMap(new TreeMap<>(batching));
  }

  /**
   * How requests for one signature share runs.
   *
   * @param batchable true when requests of different callers may share a run
   * @param bestSize most rows of a run, at least 1; requests of more rows are split
   * @param tried what was measured, by size; empty when nothing was
   * @param explanation the choice in words
   */
  public record BatchPlanInfo(
      boolean batchable, int bestSize, List<MeasurementInfo> tried, String explanation) {
    /** Copies the list. */
    public BatchPlanInfo {
      tried = List.copyOf(tried);
    }
  }

  /**
   * What a run of one size took.
   *
   * @param rows rows of the run
   * @param latency time of the run
   * @param rowsPerSecond rows a second that one run after the other gives
   */
  public record MeasurementInfo(int rows, Duration latency, double rowsPerSecond) {}
}
