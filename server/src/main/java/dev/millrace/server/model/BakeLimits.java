package dev.millrace.server.model;

/**
 * When a new champion is so bad that it is rolled back.
 *
 * @param automatic false to watch and log alone
 * @param maxErrorRate share of requests that may end in an error of the version, 0 to 1; never less
 *     than what the former champion had
 * @param maxSlowRate share of requests that may be slow, 0 to 1
 * @param latencyRatio how often the former champion's 99th percentile a slow request takes, 1 or
 *     more
 * @param minAgreement least share of examples on which the former champion must say the same, 0 to
 *     1
 * @param compareShare share of requests that the former champion answers as well, 0 to 1
 */
public record BakeLimits(
    boolean automatic,
    double maxErrorRate,
    double maxSlowRate,
    double latencyRatio,
    double minAgreement,
    double compareShare) {
  /** What holds when nobody says otherwise. */
  public static final BakeLimits DEFAULT = new BakeLimits(true, 0.02, 0.05, 2.0, 0.8, 0.1);
}
