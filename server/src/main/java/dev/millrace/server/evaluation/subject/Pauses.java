package dev.millrace.server.evaluation.subject;

import java.time.Duration;

/** Lets time pass. */
@FunctionalInterface
public interface Pauses {
  /** Returns after so long. */
  void pause(Duration time) throws InterruptedException;
}
