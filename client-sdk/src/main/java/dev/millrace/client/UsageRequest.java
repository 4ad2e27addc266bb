package dev.millrace.client;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Which usage to tell of.
 *
 * @param from the first hour that counts begins then, or holds it; empty for the first of the
 *     present month
 * @param to no hour counts that begins then or later; empty for now
 * @param by what rows are told apart by; empty for model and day
 * @param caller this caller's alone; empty for everybody's
 * @param model this model's alone; empty for each model's
 */
public record UsageRequest(
    Optional<Instant> from,
    Optional<Instant> to,
    List<UsageDimension> by,
    String caller,
    String model) {
  /** What was used this month, by model and day. */
  public static final UsageRequest THIS_MONTH =
      new UsageRequest(Optional.empty(), Optional.empty(), List.of(), "", "");

  /** Copies the list. */
  public UsageRequest {
    by = List.copyOf(by);
  }

  /** The same, told apart by something else. */
  public UsageRequest by(UsageDimension... dimensions) {
    return new UsageRequest(from, to, List.of(dimensions), caller, model);
  }

  /** The same of another span of time. */
  public UsageRequest between(Instant first, Instant last) {
    return new UsageRequest(Optional.of(first), Optional.of(last), by, caller, model);
  }
}
