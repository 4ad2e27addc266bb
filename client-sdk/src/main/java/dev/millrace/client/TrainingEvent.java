package dev.millrace.client;

import java.time.Instant;
import java.util.Map;

/** One thing that happened to a training job. */
public sealed interface TrainingEvent {
  /** 1 for the job's first event, then one more each time. */
  long sequence();

  /** When it happened. */
  Instant time();

  /** The job came into another state; reason and message tell why it FAILED. */
  record StateChanged(
      long sequence, Instant time, TrainingJobState state, String reason, String message)
      implements TrainingEvent {}

  /** The run reports its figures. */
  record Progressed(long sequence, Instant time, TrainingProgress progress)
      implements TrainingEvent {}

  /** The finished model was measured. */
  record Evaluated(long sequence, Instant time, Map<String, Double> metrics)
      implements TrainingEvent {
    /** Copies the map. */
    public Evaluated {
      metrics = Map.copyOf(metrics);
    }
  }

  /** The version is in the repository. */
  record Published(long sequence, Instant time, String model, long version)
      implements TrainingEvent {}

  /**
   * A further try goes on from what an earlier one has kept.
   *
   * @param step steps that are not done again
   * @param attempt number of the try, from 1
   * @param maxAttempts tries that the job has in all
   */
  record Resumed(long sequence, Instant time, long step, int attempt, int maxAttempts)
      implements TrainingEvent {}

  /**
   * The run has kept its state.
   *
   * @param step steps done by then
   */
  record Checkpointed(long sequence, Instant time, long step) implements TrainingEvent {}

  /** Something that this client does not know. */
  record Other(long sequence, Instant time) implements TrainingEvent {}
}
