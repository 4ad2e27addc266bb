package dev.millrace.server.model;

import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;

/**
 * What is recorded of a model's requests and answers.
 *
 * @param sample share of the requests that are recorded, 0 to 1; 0 switches it off
 * @param leaveOut names of inputs and outputs that are not recorded
 * @param answers true to record what was answered too
 * @param fileBytes size from which on a new file is begun
 * @param maxBytes most bytes of the model's files together; the oldest go first
 * @param keep how long a record is kept at most
 */
public record RequestLogSettings(
    double sample,
    Set<String> leaveOut,
    boolean answers,
    long fileBytes,
    long maxBytes,
    Duration keep) {
  /** What holds when nobody says otherwise: nothing is recorded. */
  public static final RequestLogSettings OFF =
      new RequestLogSettings(0, Set.of(), true, 64L << 20, 1L << 30, Duration.ofHours(168));

  /** Copies the set. */
  public RequestLogSettings {
    leaveOut = Set.copyOf(leaveOut);
  }

  /** True when requests are recorded at all. */
  public boolean enabled() {
    return sample > 0;
  }

  @Override
  public String toString() {
    return "sample " + sample + " without " + new TreeSet<>(leaveOut) + " for " + keep;
  }
}
