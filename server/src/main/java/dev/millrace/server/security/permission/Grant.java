package dev.millrace.server.security.permission;

import java.util.Optional;

/**
 * A role for the models whose names match: {@code predictor:team-a-*}, or {@code viewer} for all.
 * Immutable.
 */
public record Grant(Role role, String models) {
  /** The grant that is written so; empty for what is none. */
  public static Optional<Grant> parse(String text) {
    int colon = text.indexOf(':');
    String models = colon < 0 ? "*" : text.substring(colon + 1);
    return NamePattern.isValid(models)
        ? Role.of(colon < 0 ? text : text.substring(0, colon)).map(role -> new Grant(role, models))
        : Optional.empty();
  }

  /** As it is written. */
  @Override
  public String toString() {
    return models.equals("*") ? role.word() : role.word() + ":" + models;
  }
}
