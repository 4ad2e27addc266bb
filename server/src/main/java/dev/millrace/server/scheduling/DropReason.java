package dev.millrace.server.scheduling;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;

/** Why work was given up before it was begun. */
public enum DropReason {
  /** The caller went away while the work waited. */
  CANCELLED(ErrorReason.CALLER_CANCELLED, "the caller went away while the request waited"),
  /** The deadline passed while the work waited. */
  EXPIRED(ErrorReason.DEADLINE_EXPIRED, "the deadline passed while the request waited"),
  /** The deadline would pass before the run ends. */
  TOO_LATE(
      ErrorReason.DEADLINE_EXPIRED,
      "the deadline is nearer than the answer can be; allow more time or send less at once");

  private final ErrorReason reason;
  private final String message;

  DropReason(ErrorReason reason, String message) {
    this.reason = reason;
    this.message = message;
  }

  /** The error that the caller gets. */
  public ServingException toException() {
    return new ServingException(reason, message);
  }
}
