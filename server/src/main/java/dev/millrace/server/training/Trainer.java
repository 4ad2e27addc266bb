package dev.millrace.server.training;

import dev.millrace.server.model.ErrorReason;
import java.nio.file.Path;

/** Does the work of a job, elsewhere. */
public interface Trainer {
  /**
   * Begins a run and returns at once.
   *
   * @param workDirectory an empty folder for the run
   * @param listener told what happens, from one thread; exactly one of its ends is called, also
   *     after a cancel
   */
  Run start(JobRecord job, Path workDirectory, Listener listener);

  /** A run under way. */
  interface Run {
    /** Makes it end soon; calling it again, or after the end, does nothing. */
    void cancel();
  }

  /** Hears of a run. */
  interface Listener {
    /** The run reports its figures. */
    void onProgress(TrainingProgress progress);

    /** The run has ended well; the SavedModel lies in a folder of its own. */
    void onTrained(TrainedModel model, Path exportDirectory);

    /** The run has ended without a model. */
    void onFailed(ErrorReason reason, String message);
  }
}
