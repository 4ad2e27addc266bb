package dev.millrace.server.training;

import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes things happen to jobs: changes the job, journals the event, tells the watchers. Called
 * under the lock of {@link TrainingJobs}. What the journal or a watcher throws is logged and stops
 * no job; an event that the journal refused is offered again before the next one.
 */
final class JobScribe {
  private static final Logger log = LoggerFactory.getLogger(JobScribe.class);

  private final JobJournal journal;
  private final InstantSource clock;
  private final JobListener listener;

  JobScribe(JobJournal journal, InstantSource clock, JobListener listener) {
    this.journal = journal;
    this.clock = clock;
    this.listener = listener;
  }

  /**
   * Makes something happen now.
   *
   * @throws IllegalStateException if the job cannot make this move
   */
  void happen(JobSlot slot, TrainingEvent.What what) {
    TrainingEvent happened = slot.next(what, clock.instant());
    slot.apply(happened);
    if (what instanceof TrainingEvent.StateChanged change) {
      log.info("job {} is {} {}", slot.record().id(), change.state(), change.message());
    }
    try {
      for (TrainingEvent event : slot.unkept()) {
        journal.append(slot.record(), event);
        slot.kept();
      }
      slot.dropEvents();
    } catch (RuntimeException unwritable) {
      log.error("the journal does not take the events of job {}", slot.record().id(), unwritable);
    }
    listener.onEvent(slot.record(), happened);
    tellWatchers(slot);
  }

  /** Takes up an event that is in the journal. */
  void restore(JobSlot slot, TrainingEvent event) {
    slot.restore(event);
    listener.onRestored(slot.record(), event);
  }

  void tellWatchers(JobSlot slot) {
    for (Runnable watcher : slot.watchers()) {
      try {
        watcher.run();
      } catch (RuntimeException defect) {
        log.error("a watcher of job {} failed", slot.record().id(), defect);
      }
    }
  }
}
