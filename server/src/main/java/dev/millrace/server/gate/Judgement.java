package dev.millrace.server.gate;

import dev.millrace.server.model.VersionId;
import java.time.Instant;
import java.util.List;

/**
 * What became of a version at the gate. Immutable.
 *
 * @param version the version
 * @param champion number of the version that it was compared with; 0 for none
 * @param evaluation id of the evaluation that measured both
 * @param policyDigest SHA-256 of the policy's text, in hexadecimal; empty for the default policy
 * @param promote whether it shall be promoted when it passes, as the policy says
 * @param state where it is
 * @param rules what came of each rule; empty before it is decided
 * @param message what it comes to, in words
 * @param createTime when it was asked for
 * @param updateTime when it came into its state
 */
public record Judgement(
    VersionId version,
    long champion,
    String evaluation,
    String policyDigest,
    boolean promote,
    JudgementState state,
    List<RuleResult> rules,
    String message,
    Instant createTime,
    Instant updateTime) {
  /** Copies the list. */
  public Judgement {
    rules = List.copyOf(rules);
  }

  Judgement in(JudgementState next, String words, Instant now) {
    return new Judgement(
        version, champion, evaluation, policyDigest, promote, next, rules, words, createTime, now);
  }

  Judgement decided(Decision decision, boolean rises, Instant now) {
    return new Judgement(
        version,
        champion,
        evaluation,
        policyDigest,
        promote,
        decision.passed()
            ? rises ? JudgementState.PROMOTING : JudgementState.PASSED
            : JudgementState.REFUSED,
        decision.rules(),
        decision.summary(),
        createTime,
        now);
  }
}
