package dev.millrace.server.usage;

/**
 * What use costs. The currency is a label; nothing is converted.
 *
 * @param currency such as {@code EUR}; empty where nothing has a price
 * @param perMillionRequests of a million answered predictions
 * @param perThousandExamples of a thousand rows
 * @param perGigabyte of 10^9 bytes of tensors, both ways
 * @param perComputeHour of an hour of a worker
 * @param perTrainingHour of an hour of a training job
 */
public record Prices(
    String currency,
    double perMillionRequests,
    double perThousandExamples,
    double perGigabyte,
    double perComputeHour,
    double perTrainingHour) {
  /** Everything for nothing. */
  public static final Prices NONE = new Prices("", 0, 0, 0, 0, 0);

  private static final double NANOS_OF_AN_HOUR = 3600e9;

  /** True when everything is for nothing. */
  boolean isFree() {
    return perMillionRequests + perThousandExamples + perGigabyte + perComputeHour + perTrainingHour
        == 0;
  }

  /** What it comes to, in the currency. */
  public double cost(Amounts used) {
    return used.requests() / 1e6 * perMillionRequests
        + used.examples() / 1e3 * perThousandExamples
        + (used.bytesIn() + used.bytesOut()) / 1e9 * perGigabyte
        + used.computeNanos() / NANOS_OF_AN_HOUR * perComputeHour
        + used.trainingNanos() / NANOS_OF_AN_HOUR * perTrainingHour;
  }
}
