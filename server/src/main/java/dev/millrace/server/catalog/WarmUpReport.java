package dev.millrace.server.catalog;

import dev.millrace.server.model.BatchPlan;
import dev.millrace.server.model.ExecutionMode;
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
 * @param firstRequest how long the first request took; zero when none ran
 * @param lastRequest how long the last request took; zero when none ran
 * @param skipped signatures that could not be warmed up, and why, in words
 * @param execution how runs share the cores
 * @param batching how requests share runs, by signature
 * @param notCached signatures whose answers are not kept although the model's cache is on, and why,
 *     in words
 */
public record WarmUpReport(
    int requests,
    int records,
    Duration loadDuration,
    Duration firstRequest,
    Duration lastRequest,
    List<String> skipped,
    ExecutionMode execution,
    SortedMap<String, BatchPlan> batching,
    SortedMap<String, String> notCached) {
  private static final BatchPlan UNKNOWN = BatchPlan.alone(List.of(), "nothing was measured");

  /** Copies the collections. */
  public WarmUpReport {
    skipped = List.copyOf(skipped);
    batching = Collections.unmodifiableSortedMap(new TreeMap<>(batching));
    notCached = Collections.unmodifiableSortedMap(new TreeMap<>(notCached));
  }

  /** How requests for a signature share runs. */
  public BatchPlan plan(String signature) {
    return batching.getOrDefault(signature, UNKNOWN);
  }
}
