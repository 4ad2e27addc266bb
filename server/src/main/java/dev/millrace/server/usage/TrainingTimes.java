package dev.millrace.server.usage;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.training.TrainingEvent;
import dev.millrace.server.training.TrainingJobState;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * How long jobs ran, by their events. From the last event before the server's death to the next one
 * nothing ran that anybody has, so that time counts for nothing. Thread-safe.
 */
final class TrainingTimes {
  private final Map<String, Instant> running = new HashMap<>();

  /** The time that a job ran until an event, since the event before; zero when it did not run. */
  synchronized Duration until(String job, TrainingEvent event) {
    Instant since = running.get(job);
    boolean runs = since != null;
    boolean lost = false;
    if (event.what() instanceof TrainingEvent.StateChanged change) {
      runs = change.state() == TrainingJobState.RUNNING;
      lost = change.reason().filter(why -> why == ErrorReason.SERVER_RESTARTED).isPresent();
    }
    if (runs) {
      running.put(job, event.time());
    } else {
      running.remove(job);
    }
    return since == null || lost || event.time().isBefore(since)
        ? Duration.ZERO
        : Duration.between(since, event.time());
  }
}
