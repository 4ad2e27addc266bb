package dev.millrace.server.training;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Works on the jobs that the queue gives out: each claim is a try. Whatever is said of a try whose
 * claim is not the latest any more is left unheard, and its run is ended. Thread-safe; shares its
 * lock with {@link TrainingJobs}.
 *
 * <p>A try whose process dies is followed by another one, which goes on from the last checkpoint,
 * as often as the rules allow. A job that says itself why it failed would fail again, and is not
 * tried again.
 */
final class JobRuns {
  private static final Logger log = LoggerFactory.getLogger(JobRuns.class);

  private final JobJournal journal;
  private final Trainer trainer;
  private final ModelPublisher publisher;
  private final JobQueue queue;
  private final RetryPolicy retries;
  private final Runnable afterEnd;
  private final InstantSource clock;
  private final JobScribe scribe;
  private final Object lock;

  @GuardedBy("lock")
  private final JobTable table;

  @GuardedBy("lock")
  private boolean stopping;

  /**
   * Runs of jobs.
   *
   * @param afterEnd called when a job has ended, without the lock
   */
  JobRuns(
      JobJournal journal,
      Trainer trainer,
      ModelPublisher publisher,
      JobQueue queue,
      RetryPolicy retries,
      Runnable afterEnd,
      InstantSource clock,
      JobScribe scribe,
      Object lock,
      JobTable table) {
    this.journal = journal;
    this.trainer = trainer;
    this.publisher = publisher;
    this.queue = queue;
    this.retries = retries;
    this.afterEnd = afterEnd;
    this.clock = clock;
    this.scribe = scribe;
    this.lock = lock;
    this.table = table;
  }

  /** Takes up a job that ran when the server ended. */
  void recover(JobSlot slot) {
    synchronized (lock) {
      TrainingJobState state = slot.job().state();
      if (state == TrainingJobState.PUBLISHING && takePublished(slot)) {
        return;
      }
      if (state == TrainingJobState.RUNNING || state == TrainingJobState.PUBLISHING) {
        tryAgain(slot, ErrorReason.SERVER_RESTARTED, "the server ended while the job ran", true);
      }
    }
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
    if (slot.job().state() == TrainingJobState.RUNNING
        || slot.job().state() == TrainingJobState.PUBLISHING) {
      tryAgain(slot, ErrorReason.SERVER_RESTARTED, "the server lost its hold on the job", true);
    }
    if (!slot.job().state().isFinal() && !stopping) {
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
      if (further && takePublished(slot)) {
        release(slot, claim, Optional.empty());
        return;
      }
      Workplace place = journal.workplace(slot.record(), claim.token());
      Trainer.Run run = trainer.start(slot.record(), place, new RunListener(slot, claim));
      boolean unwanted;
      boolean stops;
      synchronized (lock) {
        if (slot.holds(claim)) {
          slot.setRun(run);
        }
        unwanted = !slot.holds(claim) || slot.job().state().isFinal();
        stops = stopping;
      }
      if (unwanted) {
        run.cancel();
      } else if (stops) {
        run.stop();
      }
    } catch (RuntimeException unstartable) {
      log.error("the run of job {} could not be started", slot.record().id(), unstartable);
      died(slot, claim, ErrorReason.WORKER_DIED, "the training process could not be started");
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
      stopping = true;
      for (JobSlot slot : table.newestFirst()) {
        Trainer.Run run = slot.run();
        if (run != null) {
          runs.add(run);
        }
      }
    }
    runs.forEach(action);
  }

  /** True if the job's version is in the repository already; then the job has SUCCEEDED. */
  private boolean takePublished(JobSlot slot) {
    Optional<VersionId> version = publisher.published(slot.record());
    if (version.isEmpty()) {
      return false;
    }
    journal.clear(slot.record());
    synchronized (lock) {
      if (!slot.job().state().isFinal()) {
        scribe.happen(slot, new TrainingEvent.Published(version.get()));
        scribe.happen(slot, TrainingEvent.StateChanged.to(TrainingJobState.SUCCEEDED));
      }
    }
    return true;
  }

  /** The job waits for another try, or has FAILED if it had its tries. */
  @GuardedBy("lock")
  private Optional<Instant> tryAgain(
      JobSlot slot, ErrorReason reason, String message, boolean atOnce) {
    Optional<Duration> delay = retries.delayAfter(slot.job().attempt());
    String which = which(slot);
    scribe.happen(
        slot,
        delay.isEmpty()
            ? TrainingEvent.StateChanged.failed(reason, message + which)
            : TrainingEvent.StateChanged.again(
                reason, message + which + "; the job goes on from its last checkpoint"));
    return delay.map(wait -> clock.instant().plus(atOnce ? Duration.ZERO : wait));
  }

  @GuardedBy("lock")
  private String which(JobSlot slot) {
    return retries.tries() == 1
        ? ""
        : " (try " + slot.job().attempt() + " of " + retries.tries() + ")";
  }

  /** After a death: another try. */
  private void died(JobSlot slot, Claim claim, ErrorReason reason, String message) {
    Optional<Instant> again = Optional.empty();
    String last = "";
    synchronized (lock) {
      if (isMine(slot, claim) && !slot.job().state().isFinal()) {
        if (stopping) {
          again = rest(slot);
        } else if (retries.delayAfter(slot.job().attempt()).isPresent()) {
          again = tryAgain(slot, reason, message, false);
        } else {
          last = which(slot);
        }
      }
    }
    if (again.isPresent()) {
      release(slot, claim, again);
    } else {
      failed(slot, claim, reason, message + last);
    }
  }

  /** After a stop that was asked for: the job waits for the next start. */
  private void stopped(JobSlot slot, Claim claim) {
    died(slot, claim, ErrorReason.WORKER_DIED, "the training process was asked to stop");
  }

  @GuardedBy("lock")
  private Optional<Instant> rest(JobSlot slot) {
    scribe.happen(
        slot,
        TrainingEvent.StateChanged.again(
            ErrorReason.DRAINING, "the server stops; the job goes on when it is back"));
    // It keeps its place before those that have waited for less long.
    return Optional.of(slot.record().createTime());
  }

  /** After a failure that another try would meet again, and after a cancel. */
  private void failed(JobSlot slot, Claim claim, ErrorReason reason, String message) {
    boolean mine;
    synchronized (lock) {
      mine = isMine(slot, claim);
    }
    if (mine) {
      journal.clear(slot.record());
      synchronized (lock) {
        if (slot.holds(claim) && !slot.job().state().isFinal()) {
          scribe.happen(slot, TrainingEvent.StateChanged.failed(reason, message));
        }
      }
    }
    release(slot, claim, Optional.empty());
  }

  private void publish(JobSlot slot, Claim claim, TrainedModel model, Path export) {
    boolean begun;
    synchronized (lock) {
      begun = isMine(slot, claim) && slot.job().state() == TrainingJobState.RUNNING;
      if (begun) {
        scribe.happen(slot, new TrainingEvent.Evaluated(model.metrics()));
        scribe.happen(slot, TrainingEvent.StateChanged.to(TrainingJobState.PUBLISHING));
      }
    }
    if (!begun) {
      failed(slot, claim, ErrorReason.TRAINING_FAILED, "the job ended before");
      return;
    }
    try {
      VersionId version = publisher.publish(slot.record(), model, export);
      journal.clear(slot.record());
      synchronized (lock) {
        if (!slot.holds(claim)) {
          return;
        }
        scribe.happen(slot, new TrainingEvent.Published(version));
        scribe.happen(slot, TrainingEvent.StateChanged.to(TrainingJobState.SUCCEEDED));
      }
      release(slot, claim, Optional.empty());
    } catch (ServingException refused) {
      log.warn("the model of job {} was refused", slot.record().id(), refused);
      failed(slot, claim, refused.reason(), refused.message());
    } catch (RuntimeException defect) {
      log.error("the model of job {} could not be published", slot.record().id(), defect);
      failed(slot, claim, ErrorReason.TRAINING_FAILED, "the trained model could not be published");
    }
  }

  private void release(JobSlot slot, Claim claim, Optional<Instant> again) {
    Consumer<Optional<Instant>> done;
    synchronized (lock) {
      if (!slot.holds(claim)) {
        return;
      }
      done = slot.release();
    }
    done.accept(again);
    afterEnd.run();
  }

  /** The claim is the latest: in this server, and by the queue. */
  @GuardedBy("lock")
  private boolean isMine(JobSlot slot, Claim claim) {
    if (!slot.holds(claim)) {
      return false;
    }
    try {
      if (queue.isCurrent(claim)) {
        return true;
      }
      log.warn("claim {} is not the latest; its run goes unheard", claim);
      return false;
    } catch (RuntimeException unreadable) {
      log.warn("the queue does not say who holds job {}", claim.job(), unreadable);
      return true;
    }
  }

  private final class RunListener implements Trainer.Listener {
    private final JobSlot slot;
    private final Claim claim;

    RunListener(JobSlot slot, Claim claim) {
      this.slot = slot;
      this.claim = claim;
    }

    private void happen(TrainingEvent.What what) {
      synchronized (lock) {
        if (isMine(slot, claim) && slot.job().state() == TrainingJobState.RUNNING) {
          scribe.happen(slot, what);
        }
      }
    }

    @Override
    public void onResumed(long step) {
      synchronized (lock) {
        if (slot.job().runs() > 1) {
          happen(new TrainingEvent.Resumed(step, slot.job().attempt(), retries.tries()));
        }
      }
    }

    @Override
    public void onCheckpoint(long step) {
      happen(new TrainingEvent.Checkpointed(step));
    }

    @Override
    public void onProgress(TrainingProgress progress) {
      happen(new TrainingEvent.Progressed(progress));
    }

    @Override
    public void onTrained(TrainedModel model, Path exportDirectory) {
      publish(slot, claim, model, exportDirectory);
    }

    @Override
    public void onStopped() {
      stopped(slot, claim);
    }

    @Override
    public void onFailed(ErrorReason reason, String message) {
      if (reason == ErrorReason.WORKER_DIED) {
        died(slot, claim, reason, message);
      } else {
        failed(slot, claim, reason, message);
      }
    }
  }
}
