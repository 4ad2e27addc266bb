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

  /** Something that this client does not know. */
  record Other(long sequence, Instant time) implements TrainingEvent {}
}
