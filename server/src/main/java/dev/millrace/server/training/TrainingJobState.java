package dev.millrace.server.training;

import java.util.EnumSet;
import java.util.Set;

/** The life of a job, with the moves that are legal in it. */
public enum TrainingJobState {
  /** Waits for its turn, or for another try. */
  QUEUED,
  /** Trains in a process of its own. */
  RUNNING,
  /** Trained and measured; the version is being moved into the repository. */
  PUBLISHING,
  /** Its version is published. */
  SUCCEEDED,
  /** Ended without a version. */
  FAILED,
  /** Stopped on request. */
  CANCELLED;

  /** The states that may follow this one. */
  public Set<TrainingJobState> successors() {
    return switch (this) {
      case QUEUED -> EnumSet.of(RUNNING, CANCELLED);
      case RUNNING -> EnumSet.of(PUBLISHING, SUCCEEDED, QUEUED, FAILED, CANCELLED);
      case PUBLISHING -> EnumSet.of(SUCCEEDED, QUEUED, FAILED);
      case SUCCEEDED, FAILED, CANCELLED -> EnumSet.noneOf(TrainingJobState.class);
    };
  }

  /** True when nothing follows. */
  public boolean isFinal() {
    return successors().isEmpty();
  }
}
