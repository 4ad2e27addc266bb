package dev.millrace.server.dataset;

import java.time.Instant;
import java.util.Optional;

/**
 * What is declared of a dataset.
 *
 * @param owner who answers for it; empty where nobody was named
 * @param purpose what it may be used for, in words; empty where nothing was said
 * @param digest SHA-256 of its content; empty where it is not known
 * @param created when it was uploaded; empty for one that was put there by hand
 * @param expires when it is deleted; empty for never
 */
public record Declaration(
    String owner,
    String purpose,
    String digest,
    Optional<Instant> created,
    Optional<Instant> expires) {
  /** Of a dataset of which nothing was declared. */
  public static final Declaration NONE =
      new Declaration("", "", "", Optional.empty(), Optional.empty());

  /** True when its time is over. */
  public boolean isExpired(Instant now) {
    return expires.filter(end -> !end.isAfter(now)).isPresent();
  }
}
