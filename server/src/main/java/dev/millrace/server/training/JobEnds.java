package dev.millrace.server.training;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What comes of a try when it ends: a version, another try, or the end of the job. Whatever is said
 * of a try whose claim is not the latest any more is left unheard. Thread-safe; shares its lock
 * with {@link TrainingJobs}.
 *
 * <p>A try whose process dies is followed by another one, as often as the rules allow. A job that
 * says itself why it failed would fail again, and is not tried again.
 */
final class JobEnds {
  private static final Logger log = LoggerFactory.getLogger(JobEnds.class);

  private final JobJournal journal;
  private final ModelPublisher publisher;
  private final JobQueue queue;
  private final RetryPolicy retries;
  private final Runnable afterEnd;
  private final InstantSource clock;
  private final JobScribe scribe;
  private final Object lock;

  @GuardedBy("lock")
  private boolean stopping;

  /**
   * Ends of tries.
   *
   * @param afterEnd called when a job has ended, without the lock
   */
  JobEnds(
      JobJournal journal,
      ModelPublisher publisher,
      JobQueue queue,
      RetryPolicy retries,
      Runnable afterEnd,
      InstantSource clock,
      JobScribe scribe,
      Object lock) {
    this.journal = journal;
    this.publisher = publisher;
    this.queue = queue;
    this.retries = retries;
    this.afterEnd = afterEnd;
    this.clock = clock;
    this.scribe = scribe;
    this.lock = lock;
  }

  /** From now on jobs whose tries end wait for the next start of the server. */
  void stop() {
    synchronized (lock) {
      stopping = true;
    }
  }

  boolean isStopping() {
    synchronized (lock) {
      return stopping;
    }
  }

  /** Tries that each job has. */
  int tries() {
    return retries.tries();
  }

  /** True if the job's version is in the repository already; then the job has SUCCEEDED. */
  boolean takePublished(JobSlot slot) {
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

  /** The server has gone, or has lost its hold: the job waits for another try, or has FAILED. */
  void lost(JobSlot slot, String how) {
    synchronized (lock) {
      tryAgain(slot, ErrorReason.SERVER_RESTARTED, how, true);
    }
  }

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
  void died(JobSlot slot, Claim claim, ErrorReason reason, String message) {
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
  void stopped(JobSlot slot, Claim claim) {
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
  void failed(JobSlot slot, Claim claim, ErrorReason reason, String message) {
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

  /** After a training that went well. */
  void publish(JobSlot slot, Claim claim, TrainedModel model, Path export) {
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

  /**
   * Gives the claim back.
   *
   * @param again when the job shall be worked on again; empty for never
   */
  void release(JobSlot slot, Claim claim, Optional<Instant> again) {
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

  /** Writes down what happens to a try that runs, if its claim is the latest. */
  void happen(JobSlot slot, Claim claim, TrainingEvent.What what) {
    synchronized (lock) {
      if (isMine(slot, claim) && slot.job().state() == TrainingJobState.RUNNING) {
        scribe.happen(slot, what);
      }
    }
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
}
