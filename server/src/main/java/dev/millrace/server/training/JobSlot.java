package dev.millrace.server.training;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A job in memory: its events, what they sum up to, and who watches. Guarded by the lock of {@link
 * TrainingJobs}.
 */
final class JobSlot {
  private final JobRecord record;
  private final List<String> history = new ArrayList<>();
  private final List<TrainingEvent> events = new ArrayList<>();
  private final Set<Runnable> watchers = new CopyOnWriteArraySet<>();
  private TrainingJob job;
  private Trainer.@Nullable Run run;
  private @Nullable Claim claim;
  private Consumer<Optional<Instant>> done = again -> {};
  private int kept;
  private int dropped;

  JobSlot(JobRecord record) {
    this.record = record;
    this.job = TrainingJob.created(record);
  }

  JobRecord record() {
    return record;
  }

  TrainingJob job() {
    return job;
  }

  /** What an event would be called that happened now. */
  TrainingEvent next(TrainingEvent.What what, Instant now) {
    return new TrainingEvent(job.sequence() + 1, now, what);
  }

  /**
   * The one gate through which the job changes.
   *
   * @throws IllegalStateException if the event is out of order or the move is illegal; tells the
   *     job's history
   */
  void apply(TrainingEvent event) {
    try {
      job = job.after(event);
    } catch (IllegalStateException illegal) {
      throw new IllegalStateException(illegal.getMessage() + "; its history: " + history, illegal);
    }
    events.add(event);
    if (event.what() instanceof TrainingEvent.StateChanged change) {
      history.add(change.state() + " at " + event.time());
    }
  }

  /** Applies an event that is in the journal already. */
  void restore(TrainingEvent event) {
    apply(event);
    kept();
  }

  /** The events that are not in the journal yet. */
  List<TrainingEvent> unkept() {
    return eventsAfter(kept);
  }

  /** One more of them is in the journal now. */
  void kept() {
    kept++;
  }

  /** The events after one that is not below {@link #dropped}. */
  List<TrainingEvent> eventsAfter(long sequence) {
    return List.copyOf(events.subList(Math.toIntExact(sequence - dropped), events.size()));
  }

  /** Number of the last event that is in the journal alone. */
  int dropped() {
    return dropped;
  }

  /** Leaves an ended job's events to the journal, once it has them all. */
  void dropEvents() {
    if (job.state().isFinal() && kept == job.sequence()) {
      dropped = kept;
      events.clear();
    }
  }

  Set<Runnable> watchers() {
    return watchers;
  }

  /** The run under way; null before it has begun. */
  Trainer.@Nullable Run run() {
    return run;
  }

  void setRun(Trainer.@Nullable Run run) {
    this.run = run;
  }

  /** True while the work of a claim is not over. */
  boolean isClaimed() {
    return claim != null;
  }

  /** True while a claim is the one that the job is worked on by. */
  boolean holds(Claim other) {
    return other.equals(claim);
  }

  /** Begins the work of a claim. */
  void claim(Claim next, Consumer<Optional<Instant>> whenOver) {
    claim = next;
    done = whenOver;
    run = null;
  }

  /** Ends the work of the claim; gives what is to be told of it, outside of the lock. */
  Consumer<Optional<Instant>> release() {
    Consumer<Optional<Instant>> told = done;
    claim = null;
    run = null;
    done = again -> {};
    return told;
  }
}
