package dev.millrace.server.tensorflow.recipe;

import dev.millrace.server.tensorflow.board.EventLog;
import dev.millrace.server.training.TrainingProgress;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Where a run puts what comes out of it.
 *
 * @param exportDirectory folder that the SavedModel is written into; must not exist
 * @param progress told every report, on the run's thread
 * @param events told what TensorBoard shows, on the run's thread
 * @param checkpoints keeps the run's state, on the run's thread
 */
public record RunOutputs(
    Path exportDirectory,
    Consumer<TrainingProgress> progress,
    EventLog events,
    Checkpoints checkpoints) {
  /** Outputs of a run that cannot be gone on with. */
  public RunOutputs(Path exportDirectory, Consumer<TrainingProgress> progress, EventLog events) {
    this(exportDirectory, progress, events, Checkpoints.NONE);
  }

  /** Outputs without events. */
  public static RunOutputs of(Path exportDirectory, Consumer<TrainingProgress> progress) {
    return new RunOutputs(exportDirectory, progress, EventLog.NONE);
  }
}
