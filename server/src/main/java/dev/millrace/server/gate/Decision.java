package dev.millrace.server.gate;

import dev.millrace.server.evaluation.EvaluationResults;
import dev.millrace.server.evaluation.Robustness;
import dev.millrace.server.evaluation.metrics.McNemar;
import dev.millrace.server.evaluation.robustness.Disturbance;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Whether a version passes a policy, and why.
 *
 * @param rules what came of each rule, those of the policy's bars first
 */
public record Decision(List<RuleResult> rules) {
  /** Copies the list. */
  public Decision {
    rules = List.copyOf(rules);
  }

  /**
   * Decides.
   *
   * @param results what was measured of the version and, as its baseline, of the champion
   * @param sizes bytes of the version's files, and of the champion's; 0 when not known
   */
  public static Decision of(GatePolicy policy, EvaluationResults results, long[] sizes) {
    List<RuleResult> rules = new ArrayList<>();
    policy.bars().forEach((bar, least) -> rules.add(bar.judge(least, results.version(), sizes[0])));
    policy
        .robustness()
        .forEach((way, least) -> rules.add(robustness(way, least, results.version().robustness())));
    McNemar test = results.comparison();
    // A first version has nobody to be compared with.
    if (test != null) {
      rules.add(policy.superiority().notWorse(test));
      if (policy.superiority().better()) {
        rules.add(policy.superiority().better(test));
      }
      policy.champion().forEach((rule, most) -> rules.add(rule.judge(most, results, sizes)));
    }
    return new Decision(rules);
  }

  private static RuleResult robustness(Disturbance way, double least, List<Robustness> measured) {
    String rule = "robustness." + way.name().toLowerCase(Locale.ROOT);
    for (Robustness one : measured) {
      if (one.disturbance() == way) {
        return one.skipped().isEmpty()
            ? RuleResult.of(rule, true, least, one.mean(), "")
            : RuleResult.notMeasured(rule, true, least, "was not measured: " + one.skipped());
      }
    }
    return RuleResult.notMeasured(rule, true, least, "was not measured");
  }

  /** True when every rule held. */
  public boolean passed() {
    return rules.stream().allMatch(RuleResult::passed);
  }

  /** What it comes to, in a sentence; what fell short when something did. */
  public String summary() {
    if (passed()) {
      return rules.isEmpty()
          ? "passed: nothing is asked of it, and there is no champion to compare it with"
          : "passed all " + rules.size() + " rules";
    }
    return "fell short: "
        + rules.stream()
            .filter(rule -> !rule.passed())
            .map(RuleResult::words)
            .collect(Collectors.joining("; "));
  }

  /** Each rule in words, by its key. */
  public Map<String, String> evidence() {
    return rules.stream().collect(Collectors.toMap(RuleResult::rule, RuleResult::words));
  }
}
