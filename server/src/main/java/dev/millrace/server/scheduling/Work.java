package dev.millrace.server.scheduling;

import dev.millrace.server.model.Deadline;
import dev.millrace.server.model.ServingException;

/** Something to run for a caller. Exactly one of {@link #run} and {@link #refuse} is called. */
public interface Work {
  /** Until when it is of use. */
  Deadline deadline();

  /** True when the caller has gone. */
  boolean isCancelled();

  /** Does it, on a worker's thread. */
  void run();

  /** Gives it up before it was begun. */
  void refuse(ServingException reason);
}
