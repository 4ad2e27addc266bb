package dev.millrace.server.model;

import java.time.Duration;
import java.util.List;

/**
 * How requests of a model share runs.
 *
 * @param enabled false to run every request by itself
 * @param maxSize most rows of a run; 0 to find the best by measurement
 * @param allowedSizes sizes that batches are padded up to, ascending; empty for no padding
 * @param maxDelay how long a request may wait for others although a worker is free; zero for none
 * @param latencyTarget longest run that the measurement may choose
 */
public record BatchingSettings(
    boolean enabled,
    int maxSize,
    List<Integer> allowedSizes,
    Duration maxDelay,
    Duration latencyTarget) {
  /** What holds when nobody says otherwise. */
  public static final BatchingSettings DEFAULT =
      new BatchingSettings(true, 0, List.of(), Duration.ZERO, Duration.ofMillis(50));

  /** Copies the list. */
  public BatchingSettings {
    allowedSizes = List.copyOf(allowedSizes);
  }
}
