package dev.millrace.server.catalog;

import java.time.Duration;
import java.util.List;

/**
 * What happened between a version's load and its first real request.
 *
 * @param requests requests that were run
 * @param loadDuration how long the load took
 * @param firstRequest how long the first request took; zero when none ran
 * @param lastRequest how long the last request took; zero when none ran
 * @param skipped signatures that could not be warmed up, and why, in words
 */
public record WarmUpReport(
    int requests,
    Duration loadDuration,
    Duration firstRequest,
    Duration lastRequest,
    List<String> skipped) {
  /** Copies the list. */
  public WarmUpReport {
    skipped = List.copyOf(skipped);
  }
}
