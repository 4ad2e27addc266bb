package dev.millrace.server.evaluation.metrics;

import java.util.Arrays;

/**
 * How long requests took. Quantiles are by nearest rank: the least value that so many do not
 * exceed.
 *
 * @param requests how many were measured
 * @param batchSize examples of each
 * @param p50Nanos half of them took no longer
 * @param p99Nanos 99 % of them took no longer
 * @param examplesPerSecond examples by the sum of all times
 */
public record Latency(
    long requests, int batchSize, long p50Nanos, long p99Nanos, double examplesPerSecond) {
  /**
   * Sums up requests.
   *
   * @param nanos time of each
   * @param examples examples in all of them
   */
  public static Latency of(long[] nanos, int batchSize, long examples) {
    long[] sorted = nanos.clone();
    Arrays.sort(sorted);
    double seconds = Arrays.stream(sorted).sum() / 1e9;
    return new Latency(
        sorted.length,
        batchSize,
        quantile(sorted, 0.5),
        quantile(sorted, 0.99),
        seconds == 0 ? 0 : examples / seconds);
  }

  private static long quantile(long[] sorted, double share) {
    return sorted.length == 0 ? 0 : sorted[(int) Math.ceil(share * sorted.length) - 1];
  }
}
