package dev.millrace.server.model;

import java.time.Duration;

/**
 * How many requests of a model may wait.
 *
 * @param maxRequests most requests in the queue
 * @param maxBytes most bytes of input in the queue
 * @param maxWait wait at which the server begins to take on less
 */
public record AdmissionSettings(int maxRequests, long maxBytes, Duration maxWait) {
  /** What holds when nobody says otherwise. */
  public static final AdmissionSettings DEFAULT =
      new AdmissionSettings(4096, 256L << 20, Duration.ofMillis(250));
}
