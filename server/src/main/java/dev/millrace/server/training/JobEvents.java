package dev.millrace.server.training;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.List;

/**
 * Reads the events of jobs: those in memory, and those of jobs that ended before the last start in
 * the journal. Thread-safe; shares its lock with {@link TrainingJobs}.
 */
final class JobEvents {
  private final JobJournal journal;
  private final Object lock;

  @GuardedBy("lock")
  private final JobTable table;

  JobEvents(JobJournal journal, Object lock, JobTable table) {
    this.journal = journal;
    this.lock = lock;
    this.table = table;
  }

  /** {@link TrainingJobs#eventsAfter}. */
  List<TrainingEvent> after(String id, long sequence) {
    TrainingJob job;
    synchronized (lock) {
      JobSlot slot = table.get(id);
      job = slot.job();
      if (sequence < 0 || sequence > job.sequence()) {
        throw JobRefusal.sequenceOutOfRange(job);
      }
      if (sequence >= slot.dropped()) {
        return slot.eventsAfter(sequence);
      }
    }
    List<TrainingEvent> all = journal.events(job.record());
    if (all.size() != job.sequence()) {
      throw new IllegalStateException("the journal has lost events of job " + id);
    }
    return all.subList(Math.toIntExact(sequence), all.size());
  }

  /** {@link TrainingJobs#onEvent}. */
  TrainingJobs.Subscription subscribe(String id, Runnable watcher) {
    synchronized (lock) {
      JobSlot slot = table.get(id);
      slot.watchers().add(watcher);
      return () -> slot.watchers().remove(watcher);
    }
  }
}
