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

  /** The job came into another state; reason and message tell why it FAILED. */
  public record StateChanged(TrainingJobState state, Optional<ErrorReason> reason, String message)
      implements What {
    /** A change that needs no explanation. */
    public static StateChanged to(TrainingJobState state) {
      return new StateChanged(state, Optional.empty(), "");
    }

    /** A failure. */
    public static StateChanged failed(ErrorReason reason, String message) {
      return new StateChanged(TrainingJobState.FAILED, Optional.of(reason), message);
    }
  }

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
