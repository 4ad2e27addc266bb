package dev.millrace.client;

import java.util.List;
import java.util.OptionalLong;

/**
 * What became of a version at the gate of its model.
 *
 * @param version number of the version
 * @param comparedWith number of the version that it was compared with; empty for none
 * @param evaluation id of the evaluation that measured both; empty when none could be created
 * @param state where it is
 * @param rules what came of each rule; empty before it is decided
 * @param message what it comes to, in words
 */
public record JudgementInfo(
    long version,
    OptionalLong comparedWith,
    String evaluation,
    JudgementState state,
    List<Rule> rules,
    String message) {
  /** Copies the list. */
  public JudgementInfo {
    rules = List.copyOf(rules);
  }

  /**
   * What came of one rule.
   *
   * @param rule its key in the policy, such as {@code bars.log-loss}
   * @param bar the bar
   * @param atLeast true when the value must be the bar or more, false when the bar or less
   * @param value what was measured; NaN when it could not be
   * @param passed whether it held
   * @param words all of it in plain words
   */
  public record Rule(
      String rule, double bar, boolean atLeast, double value, boolean passed, String words) {}
}
