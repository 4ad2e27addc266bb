package dev.millrace.server.gate;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What came of one rule of a policy.
 *
 * @param rule its key in the policy, such as {@code bars.log-loss}
 * @param bar the bar
 * @param atLeast true when the value must be the bar or more, false when the bar or less
 * @param value what was measured; NaN when it could not be
 * @param passed whether it held
 * @param words all of it in plain words
 */
public record RuleResult(
    String rule, double bar, boolean atLeast, double value, boolean passed, String words) {
  /** The result of the worst of several figures; of none, a failure. */
  static RuleResult worst(String rule, boolean atLeast, double bar, List<Measured> figures) {
    Comparator<Measured> byValue = Comparator.comparingDouble(Measured::value);
    Optional<Measured> worst = figures.stream().min(atLeast ? byValue : byValue.reversed());
    return worst.isEmpty()
        ? notMeasured(rule, atLeast, bar, "was not measured")
        : of(rule, atLeast, bar, worst.get().value(), worst.get().of());
  }

  /** The result of one figure. */
  static RuleResult of(String rule, boolean atLeast, double bar, double value, String of) {
    // Not a number passes nothing.
    boolean passed = atLeast ? value >= bar : value <= bar;
    return new RuleResult(
        rule,
        bar,
        atLeast,
        value,
        passed,
        name(rule)
            + (of.isEmpty() ? "" : " of " + of)
            + " is "
            + number(value)
            + (passed ? ", " : ", not ")
            + (atLeast ? "at least " : "at most ")
            + number(bar));
  }

  static RuleResult notMeasured(String rule, boolean atLeast, double bar, String why) {
    return new RuleResult(rule, bar, atLeast, Double.NaN, false, name(rule) + " " + why);
  }

  private static String name(String rule) {
    return rule.substring(rule.indexOf('.') + 1).replace('-', ' ');
  }

  /** Four digits after the point for what is below 10, one for what is larger. */
  static String number(double value) {
    return String.format(Locale.ROOT, Math.abs(value) < 10 ? "%.4f" : "%.1f", value);
  }
}
