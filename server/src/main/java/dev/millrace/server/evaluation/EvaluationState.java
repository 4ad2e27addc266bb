package dev.millrace.server.evaluation;

/** The life of an evaluation: QUEUED, RUNNING, then one of the others. */
public enum EvaluationState {
  QUEUED,
  RUNNING,
  SUCCEEDED,
  FAILED,
  CANCELLED;

  /** True when nothing will change any more. */
  public boolean isFinal() {
    return this != QUEUED && this != RUNNING;
  }
}
