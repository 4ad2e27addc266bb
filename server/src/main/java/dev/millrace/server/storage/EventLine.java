package dev.millrace.server.storage;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.training.TrainingEvent;
import dev.millrace.server.training.TrainingJobState;
import dev.millrace.server.training.TrainingProgress;
import java.time.Instant;
import java.util.Optional;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** An event as a line of JSON; what it is about is in the one field that is not null. */
record EventLine(
    long sequence,
    @Nullable Instant time,
    @Nullable TrainingJobState state,
    @Nullable ErrorReason reason,
    @Nullable String message,
    @Nullable TrainingProgress progress,
    @Nullable SortedMap<String, Double> metrics,
    @Nullable VersionId published,
    @Nullable Resumed resumed,
    @Nullable Long checkpoint) {
  /** {@link TrainingEvent.Resumed}. */
  record Resumed(long step, int attempt, int mostAttempts) {}

  static EventLine of(TrainingEvent event) {
    TrainingJobState state = null;
    ErrorReason reason = null;
    String message = null;
    TrainingProgress progress = null;
    SortedMap<String, Double> metrics = null;
    VersionId published = null;
    Resumed resumed = null;
    Long checkpoint = null;
    if (event.what() instanceof TrainingEvent.StateChanged change) {
      state = change.state();
      reason = change.reason().orElse(null);
      message = change.message();
    } else if (event.what() instanceof TrainingEvent.Progressed progressed) {
      progress = progressed.progress();
    } else if (event.what() instanceof TrainingEvent.Evaluated evaluated) {
      metrics = evaluated.metrics();
    } else if (event.what() instanceof TrainingEvent.Published done) {
      published = done.version();
    } else if (event.what() instanceof TrainingEvent.Resumed again) {
      resumed = new Resumed(again.step(), again.attempt(), again.mostAttempts());
    } else if (event.what() instanceof TrainingEvent.Checkpointed kept) {
      checkpoint = kept.step();
    }
    return new EventLine(
        event.sequence(),
        event.time(),
        state,
        reason,
        message,
        progress,
        metrics,
        published,
        resumed,
        checkpoint);
  }

  /**
   * The event.
   *
   * @throws IllegalStateException if the line says nothing that is known
   */
  TrainingEvent toEvent() {
    if (time == null) {
      throw new IllegalStateException("event " + sequence + " has no time");
    }
    return new TrainingEvent(sequence, time, what());
  }

  private TrainingEvent.What what() {
    if (state != null) {
      return new TrainingEvent.StateChanged(
          state, Optional.ofNullable(reason), message == null ? "" : message);
    }
    if (progress != null) {
      return new TrainingEvent.Progressed(progress);
    }
    if (metrics != null) {
      return new TrainingEvent.Evaluated(metrics);
    }
    if (published != null) {
      return new TrainingEvent.Published(published);
    }
    if (resumed != null) {
      return new TrainingEvent.Resumed(resumed.step(), resumed.attempt(), resumed.mostAttempts());
    }
    if (checkpoint != null) {
      return new TrainingEvent.Checkpointed(checkpoint);
    }
    throw new IllegalStateException("event " + sequence + " says nothing");
  }
}
