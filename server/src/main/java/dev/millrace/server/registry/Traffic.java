package dev.millrace.server.registry;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Who answers callers that name the model alone, beside the champion.
 *
 * @param canaries versions that take shares, in the order in which they take them
 * @param shadow who gets copies; empty for nobody
 */
public record Traffic(List<Canary> canaries, Optional<Shadow> shadow) {
  /** Everything to the champion. */
  public static final Traffic CHAMPION_ALONE = new Traffic(List.of(), Optional.empty());

  private static final double ROUNDING = 1e-9;

  /**
   * Checks the shares.
   *
   * @throws ServingException TRAFFIC_INVALID
   */
  public Traffic {
    canaries = List.copyOf(canaries);
    double sum = 0;
    Set<Long> seen = new HashSet<>();
    for (Canary canary : canaries) {
      check(canary.version(), canary.share());
      sum += canary.share();
      if (!seen.add(canary.version())) {
        throw invalid("version " + canary.version() + " is a canary twice");
      }
    }
    if (sum > 1 + ROUNDING) {
      throw invalid("the canaries' shares add up to " + sum + ", which is more than 1");
    }
    shadow.ifPresent(copy -> check(copy.version(), copy.share()));
  }

  /** The same without a version. */
  public Traffic without(long version) {
    return new Traffic(
        canaries.stream().filter(canary -> canary.version() != version).toList(),
        shadow.filter(copy -> copy.version() != version));
  }

  private static void check(long version, double share) {
    if (version < 1) {
      throw invalid("version " + version + " is below 1");
    }
    if (!(share > 0 && share <= 1)) {
      throw invalid("the share of version " + version + " is " + share + "; write one from 0 to 1");
    }
  }

  private static ServingException invalid(String why) {
    return new ServingException(ErrorReason.TRAFFIC_INVALID, why);
  }
}
