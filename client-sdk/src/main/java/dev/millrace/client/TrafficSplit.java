package dev.millrace.client;

import java.util.List;
import java.util.Optional;

/**
 * Who answers callers that name a model alone, beside its champion.
 *
 * @param canaries versions that answer a share of the callers; the champion answers the rest
 * @param shadow the version that gets copies of a share of the requests; empty for none
 */
public record TrafficSplit(List<Share> canaries, Optional<Share> shadow) {
  /** Everything to the champion. */
  public static final TrafficSplit CHAMPION_ALONE = new TrafficSplit(List.of(), Optional.empty());

  /** Copies the list. */
  public TrafficSplit {
    canaries = List.copyOf(canaries);
  }

  /**
   * The part of a version.
   *
   * @param version the version number
   * @param share above 0 and at most 1
   */
  public record Share(long version, double share) {}
}
