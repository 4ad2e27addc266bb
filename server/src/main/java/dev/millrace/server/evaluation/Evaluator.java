package dev.millrace.server.evaluation;

import dev.millrace.server.model.Caller;

/** Does what an evaluation asks for. Thread-safe. */
@FunctionalInterface
public interface Evaluator {
  /**
   * Measures, on the calling thread.
   *
   * @param caller whose requests those to the versions are
   * @throws dev.millrace.server.model.ServingException if it cannot be measured, or
   *     CALLER_CANCELLED soon after the progress says so
   */
  EvaluationResults evaluate(EvaluationSpec spec, Caller caller, Progress progress)
      throws InterruptedException;

  /** Who is told how far it is, and tells whether it shall go on. */
  interface Progress {
    /** So far it is. */
    void at(EvaluationProgress progress);

    /** True when it shall stop. */
    boolean isCancelled();
  }
}
