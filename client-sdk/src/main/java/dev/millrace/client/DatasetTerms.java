package dev.millrace.client;

import java.time.Duration;
import java.util.Optional;

/**
 * What is declared of a dataset when it is uploaded.
 *
 * @param owner who answers for it; empty for the caller
 * @param purpose what it may be used for, in words; may be empty
 * @param retention after which the server deletes it; empty for never
 */
public record DatasetTerms(String owner, String purpose, Optional<Duration> retention) {
  /** Nothing is declared. */
  public static DatasetTerms none() {
    return new DatasetTerms("", "", Optional.empty());
  }
}
