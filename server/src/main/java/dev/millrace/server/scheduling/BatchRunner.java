package dev.millrace.server.scheduling;

import java.util.List;

/** Runs work together, on a worker's thread. Thread-safe. */
@FunctionalInterface
public interface BatchRunner<W extends Work> {
  /**
   * Runs all of it and answers each piece, whatever happens.
   *
   * @return true when all of it ran at once and to its end, so that the time it took tells
   *     something of others
   */
  boolean run(Lane lane, List<W> work);
}
