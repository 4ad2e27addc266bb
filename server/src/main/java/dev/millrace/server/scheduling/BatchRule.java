package dev.millrace.server.scheduling;

import java.time.Duration;

/**
 * How runs are put together.
 *
 * @param maxRows most rows of a run, at least 1; work of more rows runs by itself
 * @param maxDelay how long work may wait for others although a worker is free
 * @param exclusive true when only one run may go on at a time
 */
public record BatchRule(int maxRows, Duration maxDelay, boolean exclusive) {
  /** Every piece of work by itself. */
  public static BatchRule alone(boolean exclusive) {
    return new BatchRule(1, Duration.ZERO, exclusive);
  }
}
