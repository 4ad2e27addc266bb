package dev.millrace.server.evaluation;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;

/** Counts the examples that were run, and says so. For use by one thread. */
final class Tally {
  private final Evaluator.Progress progress;
  private final long total;
  private long done;
  private String step = "";

  Tally(Evaluator.Progress progress, long total) {
    this.progress = progress;
    this.total = total;
  }

  /** Begins something. */
  void begin(String what) {
    step = what;
    add(0);
  }

  /**
   * So many more were run.
   *
   * @throws ServingException CALLER_CANCELLED if that is enough
   */
  void add(long examples) {
    if (progress.isCancelled()) {
      throw new ServingException(ErrorReason.CALLER_CANCELLED, "the evaluation was cancelled");
    }
    done += examples;
    progress.at(new EvaluationProgress(done, total, step));
  }

  boolean isCancelled() {
    return progress.isCancelled();
  }
}
