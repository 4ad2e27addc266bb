package dev.millrace.server.rollout;

import java.util.Map;

/**
 * That a version is worse than it may be.
 *
 * @param reason in words, with figures
 * @param evidence what it was decided on, by name
 */
record Verdict(String reason, Map<String, String> evidence) {
  /** Copies the map. */
  Verdict {
    evidence = Map.copyOf(evidence);
  }
}
