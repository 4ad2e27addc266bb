package dev.millrace.server.training;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.millrace.server.model.ErrorReason;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Begins the tries of the jobs that the queue gives out: each claim is one. The run of a claim that
 * is not the latest any more is ended. Thread-safe; shares its lock with {@link TrainingJobs}.
 */
final class JobRuns {
  private static final Logger log = LoggerFactory.getLogger(JobRuns.class);

  private final JobJournal journal;
  private final Trainer trainer;
  private final JobEnds ends;
  private final InstantSource clock;
  private final JobScribe scribe;
  private final Object lock;

  @GuardedBy("lock")
  private final JobTable table;

  /**
   * Runs of jobs.
   *
   * @param ends what comes of them
   */
  JobRuns(
      JobJournal journal,
      Trainer trainer,
      JobEnds ends,
      InstantSource clock,
      JobScribe scribe,
      Object lock,
      JobTable table) {
    this.journal = journal;
    this.trainer = trainer;
    this.ends = ends;
    this.clock = clock;
    this.scribe = scribe;
    this.lock = lock;
    this.table = table;
  }

  /** Takes up a job that ran when the server ended. */
  void recover(JobSlot slot) {
    synchronized (lock) {
      TrainingJobState state = slot.job().state();
      if (state == TrainingJobState.PUBLISHING && ends.takePublished(slot)) {
        return;
      }
      if (isUnderWay(state)) {
        ends.lost(slot, "the server ended while the job ran");
      }
    }
  }

  private static boolean isUnderWay(TrainingJobState state) {
    return state == TrainingJobState.RUNNING || state == TrainingJobState.PUBLISHING;
  }

  /** {@link JobQueue.Worker#work}. */
  void work(Claim claim, Consumer<Optional<Instant>> done) {
    Trainer.Run superseded = null;
    Consumer<Optional<Instant>> supersededDone = again -> {};
    JobSlot slot;
    Optional<Instant> again = Optional.empty();
    synchronized (lock) {
      slot = table.find(claim.job()).orElse(null);
      if (slot != null) {
        superseded = slot.run();
        supersededDone = slot.release();
        begin(slot, claim, done);
        again = slot.job().state().isFinal() ? again : Optional.of(clock.instant());
      }
    }
    if (superseded != null) {
      superseded.cancel();
    }
    supersededDone.accept(again);
    if (slot != null && holds(slot, claim)) {
      start(slot, claim);
    } else {
      done.accept(again);
    }
  }

  @GuardedBy("lock")
  private void begin(JobSlot slot, Claim claim, Consumer<Optional<Instant>> done) {
    if (isUnderWay(slot.job().state())) {
      ends.lost(slot, "the server lost its hold on the job");
    }
    if (!slot.job().state().isFinal() && !ends.isStopping()) {
      slot.claim(claim, done);
      scribe.happen(slot, TrainingEvent.StateChanged.to(TrainingJobState.RUNNING));
    }
  }

  private boolean holds(JobSlot slot, Claim claim) {
    synchronized (lock) {
      return slot.holds(claim);
    }
  }

  private void start(JobSlot slot, Claim claim) {
    try {
      boolean further;
      synchronized (lock) {
        further = slot.job().runs() > 1;
      }
      if (further && ends.takePublished(slot)) {
        ends.release(slot, claim, Optional.empty());
        return;
      }
      Workplace place = journal.workplace(slot.record(), claim.token());
      Trainer.Run run =
          trainer.start(slot.record(), place, new RunListener(slot, claim, ends, lock));
      boolean unwanted;
      boolean stops;
      synchronized (lock) {
        if (slot.holds(claim)) {
          slot.setRun(run);
        }
        unwanted = !slot.holds(claim) || slot.job().state().isFinal();
        stops = ends.isStopping();
      }
      if (unwanted) {
        run.cancel();
      } else if (stops) {
        run.stop();
      }
    } catch (RuntimeException unstartable) {
      log.error("the run of job {} could not be started", slot.record().id(), unstartable);
      ends.died(slot, claim, ErrorReason.WORKER_DIED, "the training process could not be started");
    }
  }

  /** Ends every run, keeping its state; none begins any more. */
  void stop() {
    forEachRun(Trainer.Run::stop);
  }

  /** Ends every run at once. */
  void breakOff() {
    forEachRun(Trainer.Run::cancel);
  }

  private void forEachRun(Consumer<Trainer.Run> action) {
    List<Trainer.Run> runs = new ArrayList<>();
    synchronized (lock) {
      ends.stop();
      for (JobSlot slot : table.newestFirst()) {
        Trainer.Run run = slot.run();
        if (run != null) {
          runs.add(run);
        }
      }
    }
    runs.forEach(action);
  }
}
