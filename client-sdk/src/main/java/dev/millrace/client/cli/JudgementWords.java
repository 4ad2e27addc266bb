package dev.millrace.client.cli;

import dev.millrace.client.JudgementInfo;
import java.util.List;

/** Judgements as lines and as JSON. */
final class JudgementWords {
  private JudgementWords() {}

  static List<String> rules(JudgementInfo judgement) {
    return judgement.rules().stream()
        .map(rule -> (rule.passed() ? "passed  " : "FAILED  ") + rule.words())
        .toList();
  }

  static Json json(JudgementInfo judgement) {
    return Json.object()
        .with("version", judgement.version())
        .with("compared_with", judgement.comparedWith().orElse(0))
        .with("evaluation", judgement.evaluation())
        .with("state", judgement.state().name())
        .with("message", judgement.message())
        .with(
            "rules",
            judgement.rules().stream()
                .map(
                    rule ->
                        Json.object()
                            .with("rule", rule.rule())
                            .with("bar", rule.bar())
                            .with("at_least", rule.atLeast())
                            .with("value", Double.isNaN(rule.value()) ? "NaN" : rule.value())
                            .with("passed", rule.passed())
                            .with("words", rule.words())
                            .fields())
                .toList());
  }
}
