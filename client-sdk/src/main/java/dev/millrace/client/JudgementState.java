package dev.millrace.client;

/** Where a judgement is. */
public enum JudgementState {
  UNSPECIFIED,
  /** The version is measured. */
  EVALUATING,
  /** It could not be measured, or its policy cannot be used. */
  FAILED,
  /** It fell short. */
  REFUSED,
  /** It passed, and a person decides what comes of it. */
  PASSED,
  /** It passed, and is on its way to the champion's place. */
  PROMOTING,
  /** The same, and it answers copies of requests. */
  SHADOWING,
  /** The same, and it answers a share of the callers. */
  CANARYING,
  /** It passed and became the champion. */
  PROMOTED,
  /** It passed, and did not come through on its way. */
  STOPPED,
  /** A person made it the champion although it had not passed. */
  OVERRIDDEN;

  /** True when nothing more will come of it by itself. */
  public boolean isFinal() {
    return this != EVALUATING && this != PROMOTING && this != SHADOWING && this != CANARYING;
  }
}
