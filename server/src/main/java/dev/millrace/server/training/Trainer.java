package dev.millrace.server.training;

import dev.millrace.server.model.ErrorReason;
import java.nio.file.Path;

/** Does the work of a job, elsewhere. */
public interface Trainer {
  /**
   * Begins a run and returns at once.
   *
   * @param place where the run may write
   * @param listener told what happens, from one thread; exactly one of its ends is called, also
   *     after a cancel
   */
  Run start(JobRecord job, Workplace place, Listener listener);

  /** A run under way. */
  interface Run {
    /** Asks it to keep its state and end; it may take a while, or end otherwise. */
    void stop();

    /** Makes it end at once; calling it again, or after the end, does nothing. */
    void cancel();
  }

  /** Hears of a run. */
  interface Listener {
    /** The run goes on from a checkpoint after so many steps; 0 if there is none that is whole. */
    void onResumed(long step);

    /** The run has kept its state after so many steps. */
    void onCheckpoint(long step);

    /** The run reports its figures. */
    void onProgress(TrainingProgress progress);

    /** The run has ended well; the SavedModel lies in a folder of its own. */
    void onTrained(TrainedModel model, Path exportDirectory);

    /** The run has ended because it was asked to stop, and can go on from its last checkpoint. */
    void onStopped();

    /** The run has ended without a model. */
    void onFailed(ErrorReason reason, String message);
  }
}
