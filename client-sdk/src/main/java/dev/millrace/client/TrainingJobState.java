package dev.millrace.client;

/** The life of a training job. */
public enum TrainingJobState {
  /** A state that this client does not know. */
  UNKNOWN,
  /** Waits for its turn. */
  QUEUED,
  /** Trains. */
  RUNNING,
  /** Trained; the version is being published. */
  PUBLISHING,
  /** Its version is published. */
  SUCCEEDED,
  /** Ended without a version. */
  FAILED,
  /** Stopped on request. */
  CANCELLED;

  /** True when nothing follows. */
  public boolean isFinal() {
    return this == SUCCEEDED || this == FAILED || this == CANCELLED;
  }
}
