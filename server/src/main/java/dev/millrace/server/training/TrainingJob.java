package dev.millrace.server.training;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.VersionId;
import java.time.Instant;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A job as it is at a moment: what it was created with, and all its events summed up. Immutable.
 *
 * @param record what it was created with
 * @param state where it is in its life
 * @param reason why it FAILED, or why its last try ended while it waits for the next
 * @param message the reason in words; empty otherwise
 * @param progress the latest figures
 * @param metrics figures of the finished model
 * @param published the version it published
 * @param startTime when it began to run
 * @param endTime when it ended
 * @param sequence number of its latest event
 * @param stateSequence number of the event that brought it into its state
 * @param failedTries tries that ended before their time; a stop of the server is none
 * @param runs how often it began to run
 * @param checkpointStep steps that a further try need not do again; 0 before the first checkpoint
 */
public record TrainingJob(
    JobRecord record,
    TrainingJobState state,
    Optional<ErrorReason> reason,
    String message,
    Optional<TrainingProgress> progress,
    SortedMap<String, Double> metrics,
    Optional<VersionId> published,
    Optional<Instant> startTime,
    Optional<Instant> endTime,
    long sequence,
    long stateSequence,
    int failedTries,
    int runs,
    long checkpointStep) {
  /** Copies the map. */
  public TrainingJob {
    metrics = Collections.unmodifiableSortedMap(new TreeMap<>(metrics));
  }

  /** A job to which nothing has happened. */
  public static TrainingJob created(JobRecord record) {
    return new TrainingJob(
        record,
        TrainingJobState.QUEUED,
        Optional.empty(),
        "",
        Optional.empty(),
        new TreeMap<>(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        0,
        0,
        0,
        0,
        0);
  }

  /** Number of the try that runs, or of the next; 1 for the first. */
  public int attempt() {
    return failedTries + 1;
  }

  /** Changes with every change of state. */
  public String etag() {
    return record.id() + "-" + stateSequence;
  }

  /**
   * The job after an event.
   *
   * @throws IllegalStateException if the event is out of order or the move is illegal
   */
  public TrainingJob after(TrainingEvent event) {
    if (event.sequence() != sequence + 1) {
      throw new IllegalStateException(
          record.id() + ": event " + event.sequence() + " after event " + sequence);
    }
    if (event.what() instanceof TrainingEvent.StateChanged change) {
      return moved(change, event);
    }
    Optional<TrainingProgress> figures = progress;
    SortedMap<String, Double> measured = metrics;
    Optional<VersionId> version = published;
    long kept = checkpointStep;
    if (event.what() instanceof TrainingEvent.Progressed progressed) {
      figures = Optional.of(progressed.progress());
    } else if (event.what() instanceof TrainingEvent.Evaluated evaluated) {
      measured = evaluated.metrics();
    } else if (event.what() instanceof TrainingEvent.Published done) {
      version = Optional.of(done.version());
    } else if (event.what() instanceof TrainingEvent.Checkpointed checkpoint) {
      kept = checkpoint.step();
    } else if (event.what() instanceof TrainingEvent.Resumed resumed) {
      kept = resumed.step();
    }
    return new TrainingJob(
        record,
        state,
        reason,
        message,
        figures,
        measured,
        version,
        startTime,
        endTime,
        event.sequence(),
        stateSequence,
        failedTries,
        runs,
        kept);
  }

  private TrainingJob moved(TrainingEvent.StateChanged change, TrainingEvent event) {
    boolean first = sequence == 0 && change.state() == TrainingJobState.QUEUED;
    if (!first && !state.successors().contains(change.state())) {
      throw new IllegalStateException(
          record.id() + " cannot become " + change.state() + " from " + state);
    }
    boolean runs = change.state() == TrainingJobState.RUNNING;
    return new TrainingJob(
        record,
        change.state(),
        change.reason(),
        change.message(),
        progress,
        metrics,
        published,
        runs && startTime.isEmpty() ? Optional.of(event.time()) : startTime,
        change.state().isFinal() ? Optional.of(event.time()) : endTime,
        event.sequence(),
        event.sequence(),
        failedTries + (isFailedTry(change) ? 1 : 0),
        this.runs + (runs ? 1 : 0),
        checkpointStep);
  }

  private static boolean isFailedTry(TrainingEvent.StateChanged change) {
    return change.state() == TrainingJobState.QUEUED
        && change.reason().filter(reason -> reason != ErrorReason.DRAINING).isPresent();
  }
}
