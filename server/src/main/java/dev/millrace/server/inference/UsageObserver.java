package dev.millrace.server.inference;

import dev.millrace.server.model.Caller;
import dev.millrace.server.model.VersionId;

/** Hears what callers use. Thread-safe; must not block. */
public interface UsageObserver {
  /** Hears nothing. */
  UsageObserver NONE =
      new UsageObserver() {
        @Override
        public void onAnswered(
            Caller caller, VersionId version, int examples, long bytesIn, long bytesOut) {}

        @Override
        public void onComputed(Caller caller, VersionId version, long nanos) {}

        @Override
        public void onSaved(Caller caller, VersionId version, long nanos) {}
      };

  /**
   * A request is about to be answered.
   *
   * @param examples rows of it; 1 for a signature that is not run by rows
   * @param bytesIn bytes of its tensors
   * @param bytesOut bytes of the answer's
   */
  void onAnswered(Caller caller, VersionId version, int examples, long bytesIn, long bytesOut);

  /**
   * A run has ended, well or not, and the request was in it; told before it is answered.
   *
   * @param nanos its share of the time of the run's worker
   */
  void onComputed(Caller caller, VersionId version, long nanos);

  /**
   * A request is answered without a run of its own.
   *
   * @param nanos time of a worker that it would have taken, as estimated
   */
  void onSaved(Caller caller, VersionId version, long nanos);
}
