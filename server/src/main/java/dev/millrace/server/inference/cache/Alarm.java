package dev.millrace.server.inference.cache;

import java.time.Duration;

/** Runs tasks later. Thread-safe. */
@FunctionalInterface
public interface Alarm {
  /**
   * Sets a task, which must be short.
   *
   * @return takes it back; does nothing once it has run
   */
  Runnable set(Duration delay, Runnable task);
}
