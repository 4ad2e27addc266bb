package dev.millrace.client;

/** The life of an evaluation. */
public enum EvaluationState {
  /** A state that this client does not know. */
  UNKNOWN,
  /** Waits for its turn. */
  QUEUED,
  /** Measures. */
  RUNNING,
  /** Has a report. */
  SUCCEEDED,
  /** Ended without a report. */
  FAILED,
  /** Stopped on request. */
  CANCELLED;

  /** True when nothing follows. */
  public boolean isFinal() {
    return this == SUCCEEDED || this == FAILED || this == CANCELLED;
  }
}
