package dev.millrace.server.inference.statistics;

import java.time.Instant;
import java.util.SortedMap;

/**
 * What a version has done since it was loaded.
 *
 * @param lastRequest when a request last ended; the epoch when none did
 * @param rows rows that were run
 * @param runs runs
 * @param success requests that were answered, those from the cache included
 * @param fail requests that failed after the version had taken them on
 * @param queue waits for a run, of each request or part of one
 * @param input time to bring the inputs to TensorFlow, counted for each request in a run
 * @param infer time of TensorFlow's run, counted so too
 * @param output time to bring the outputs back, counted so too
 * @param cacheHit looks into the cache that found an answer
 * @param cacheMiss looks that did not
 * @param batches the phases of runs by their rows, counted once a run
 */
public record VersionStatistics(
    Instant lastRequest,
    long rows,
    long runs,
    Total success,
    Total fail,
    Total queue,
    Total input,
    Total infer,
    Total output,
    Total cacheHit,
    Total cacheMiss,
    SortedMap<Integer, Phases> batches) {
  /** A number of times, and the nanoseconds they took together. */
  public record Total(long count, long nanos) {}

  /** The phases of runs. */
  public record Phases(Total input, Total infer, Total output) {}
}
