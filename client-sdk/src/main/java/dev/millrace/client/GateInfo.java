package dev.millrace.client;

import java.util.List;

/**
 * The gate of a model.
 *
 * @param policy the policy's text; empty when the model has none
 * @param judgements the latest judgements, one a version, highest version first
 */
public record GateInfo(String policy, List<JudgementInfo> judgements) {
  /** Copies the list. */
  public GateInfo {
    judgements = List.copyOf(judgements);
  }
}
