package dev.millrace.server.scheduling;

/** Hears what becomes of work. Thread-safe; must not block. */
public interface QueueObserver {
  /** Hears nothing. */
  QueueObserver NONE =
      new QueueObserver() {
        @Override
        public void onShed(Lane lane, ShedReason why) {}

        @Override
        public void onDropped(Lane lane, DropReason why, long savedNanos) {}

        @Override
        public void onStarted(Lane lane, long waitedNanos) {}

        @Override
        public void onRun(Lane lane, int rows, long nanos) {}

        @Override
        public void onExpiredRun(Lane lane) {}

        @Override
        public void onWasted(Lane lane, DropReason why, long nanos) {}
      };

  /** Work was not taken on, for overload. */
  void onShed(Lane lane, ShedReason why);

  /**
   * Work was given up before it was begun.
   *
   * @param savedNanos time of a worker that it would have taken, as estimated
   */
  void onDropped(Lane lane, DropReason why, long savedNanos);

  /** Work begins after a wait. */
  void onStarted(Lane lane, long waitedNanos);

  /** A run has ended. */
  void onRun(Lane lane, int rows, long nanos);

  /**
   * Tells where the time of a run went, after {@link #onRun}.
   *
   * @param pieces requests, or parts of them, that shared the run
   * @param inputNanos time to bring the inputs to TensorFlow
   * @param inferNanos time of TensorFlow's run
   * @param outputNanos time to bring the outputs back
   */
  default void onPhases(
      Lane lane, int pieces, int rows, long inputNanos, long inferNanos, long outputNanos) {}

  /** Work is run although its deadline has passed; does not happen unless time leaps. */
  void onExpiredRun(Lane lane);

  /**
   * Work was done for nobody: the caller went away, or the deadline passed, during the run.
   *
   * @param nanos its share of the run
   */
  void onWasted(Lane lane, DropReason why, long nanos);
}
