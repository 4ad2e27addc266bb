package dev.millrace.server.training;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.VersionId;
import java.time.Instant;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One thing that happened to a job.
 *
 * @param sequence 1 for the job's first event, then one more each time
 * @param time when it happened
 * @param what what happened
 */
public record TrainingEvent(long sequence, Instant time, What what) {
  /** What can happen. */
  public sealed interface What {}

  /**
   * The job came into another state; reason and message tell why it FAILED, or has to wait again.
   */
  public record StateChanged(TrainingJobState state, Optional<ErrorReason> reason, String message)
      implements What {
    /** A change that needs no explanation. */
    public static StateChanged to(TrainingJobState state) {
      return new StateChanged(state, Optional.empty(), "");
    }

    /** Back to the queue, after a try that did not reach its end. */
    public static StateChanged again(ErrorReason reason, String message) {
      return new StateChanged(TrainingJobState.QUEUED, Optional.of(reason), message);
    }

    /** A failure. */
    public static StateChanged failed(ErrorReason reason, String message) {
      return new StateChanged(TrainingJobState.FAILED, Optional.of(reason), message);
    }
  }

  /**
   * A further try goes on from what an earlier one has kept.
   *
   * @param step steps that need not be done again; 0 to begin anew
   * @param attempt number of the try, from 1
   * @param mostAttempts tries that the job has
   */
  public record Resumed(long step, int attempt, int mostAttempts) implements What {}

  /**
   * The run has kept its state on disk.
   *
   * @param step steps done by then
   */
  public record Checkpointed(long step) implements What {}

  /** The run reports its figures. */
  public record Progressed(TrainingProgress progress) implements What {}

  /** The finished model was measured. */
  public record Evaluated(SortedMap<String, Double> metrics) implements What {
    /** Copies the map. */
    public Evaluated {
      metrics = Collections.unmodifiableSortedMap(new TreeMap<>(metrics));
    }
  }

  /** The version is in the repository. */
  public record Published(VersionId version) implements What {}
}
