package dev.millrace.server.scheduling;

import dev.millrace.server.model.Caller;
import dev.millrace.server.model.Deadline;
import dev.millrace.server.model.Priority;
import dev.millrace.server.model.ServingException;

/** A request, or a part of one, that waits for a run. Thread-safe. */
public interface Work {
  /** What it may share a run with. */
  Lane lane();

  /** Rows that it adds to a run, at least 1. */
  int rows();

  /** Bytes of its inputs. */
  long bytes();

  /** Until when it is of use. */
  Deadline deadline();

  /** How much it matters beside others. */
  Priority priority();

  /** Whose it is; callers take turns. */
  Caller caller();

  /** True when the caller has gone. */
  boolean isCancelled();

  /** Gives it up before it was begun. */
  void refuse(ServingException reason);
}
