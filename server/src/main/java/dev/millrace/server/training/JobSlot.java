package dev.millrace.server.training;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import org.jspecify.annotations.Nullable;

/**
 * A job in memory: its events, what they sum up to, and who watches. Guarded by the lock of {@link
 * TrainingJobs}.
 */
final class JobSlot {
  private final JobRecord record;
  private final List<TrainingEvent> events = new ArrayList<>();
  private final Set<Runnable> watchers = new CopyOnWriteArraySet<>();
  private TrainingJob job;
  private Trainer.@Nullable Run run;
  private boolean cancelRequested;

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

  /** The one gate through which the job changes. */
  void apply(TrainingEvent event) {
    job = job.after(event);
    events.add(event);
  }

  List<TrainingEvent> eventsAfter(long sequence) {
    return List.copyOf(events.subList((int) Math.min(sequence, events.size()), events.size()));
  }

  Set<Runnable> watchers() {
    return watchers;
  }

  Trainer.@Nullable Run run() {
    return run;
  }

  void setRun(Trainer.@Nullable Run run) {
    this.run = run;
  }

  boolean isCancelRequested() {
    return cancelRequested;
  }

  void requestCancel() {
    cancelRequested = true;
  }
}
