package dev.millrace.server.training;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All training jobs. Thread-safe.
 *
 * <ol>
 *   <li>A job that was returned to its creator is in the journal, and so survives a crash of the
 *       server.
 *   <li>A job's events are numbered from 1 without gaps, and every watcher sees each of them once
 *       and in order. While the disk refuses them the job goes on, and they reach the journal with
 *       the next event that it takes.
 *   <li>The same request id gets the same job, also after a restart.
 *   <li>Nobody's watching or leaving changes a job; only its run, a cancel or the server's stop do.
 *   <li>Jobs run in the order of their creation, at most so many at a time as the rules allow.
 *   <li>A job that did not succeed leaves no version and no files.
 * </ol>
 *
 * <p>One lock guards the jobs and all their slots. The journal's writing and the watchers are
 * called under it; the trainer, the publisher, runs' cancels and the reading of ended jobs' events
 * are not.
 */
public final class TrainingJobs implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(TrainingJobs.class);
  private static final int LONGEST_REQUEST_ID = 128;

  private final JobJournal journal;
  private final Trainer trainer;
  private final ModelPublisher publisher;
  private final TrainingRules rules;
  private final Executor executor;
  private final InstantSource clock;
  private final JobScribe scribe;
  private final Object lock = new Object();

  @GuardedBy("lock")
  private final JobTable table;

  @GuardedBy("lock")
  private int running;

  @GuardedBy("lock")
  private boolean closed;

  /**
   * Reads the journal: jobs that were under way when the server stopped become FAILED, jobs that
   * waited go on waiting.
   *
   * @param executor starts runs; a run is started on a thread that does not hold the jobs' lock
   */
  public TrainingJobs(
      JobJournal journal,
      Trainer trainer,
      ModelPublisher publisher,
      TrainingRules rules,
      JobIds ids,
      Executor executor,
      InstantSource clock) {
    this.journal = journal;
    this.trainer = trainer;
    this.publisher = publisher;
    this.rules = rules;
    this.executor = executor;
    this.clock = clock;
    this.scribe = new JobScribe(journal, clock);
    this.table = new JobTable(ids);
    synchronized (lock) {
      journal.load().forEach(this::recover);
      startNext();
    }
  }

  /**
   * Creates a job.
   *
   * @param requestId a name of the caller's choice, up to 128 characters; the same one gets the
   *     same job; empty for none
   * @throws ServingException RECIPE_NOT_FOUND, DATASET_NOT_FOUND, PARAMETER_INVALID, NAME_INVALID,
   *     REPOSITORY_UNWRITABLE, OVERLOADED or DRAINING
   */
  public TrainingJob create(TrainingOrder order, String requestId) {
    if (requestId.length() > LONGEST_REQUEST_ID) {
      throw JobRefusal.requestIdTooLong(requestId.length(), LONGEST_REQUEST_ID);
    }
    TrainingSpec spec = rules.resolve(order);
    publisher.requirePublishable(spec.model());
    synchronized (lock) {
      if (closed) {
        throw JobRefusal.stopping();
      }
      Optional<JobSlot> earlier = table.ofRequest(requestId);
      if (earlier.isPresent()) {
        return earlier.get().job();
      }
      int waiting = table.inState(TrainingJobState.QUEUED).size();
      if (waiting >= rules.mostWaiting() && running >= rules.mostRunning()) {
        throw JobRefusal.overloaded(waiting + running);
      }
      Instant now = clock.instant();
      JobRecord record = new JobRecord(table.newId(now), spec, requestId, now);
      journal.create(record);
      JobSlot slot = new JobSlot(record);
      table.add(slot);
      scribe.happen(slot, TrainingEvent.StateChanged.to(TrainingJobState.QUEUED));
      startNext();
      return slot.job();
    }
  }

  /**
   * One job as it is now.
   *
   * @throws ServingException JOB_NOT_FOUND
   */
  public TrainingJob get(String id) {
    synchronized (lock) {
      return table.get(id).job();
    }
  }

  /** All jobs, newest first. */
  public List<TrainingJob> list() {
    synchronized (lock) {
      return table.newestFirst().stream().map(JobSlot::job).toList();
    }
  }

  /**
   * Asks a job to stop; one that is CANCELLED already is returned as it is.
   *
   * @param etag the job's etag, or empty to cancel it anyway
   * @throws ServingException JOB_NOT_FOUND, JOB_FINISHED (also while it publishes) or ETAG_MISMATCH
   */
  public TrainingJob cancel(String id, String etag) {
    Trainer.Run run;
    synchronized (lock) {
      JobSlot slot = table.get(id);
      TrainingJob job = slot.job();
      if (job.state() == TrainingJobState.CANCELLED) {
        return job;
      }
      if (!etag.isEmpty() && !etag.equals(job.etag())) {
        throw JobRefusal.changed(job);
      }
      if (job.state().isFinal() || job.state() == TrainingJobState.PUBLISHING) {
        throw JobRefusal.finished(job);
      }
      slot.requestCancel();
      if (job.state() == TrainingJobState.QUEUED) {
        scribe.happen(slot, TrainingEvent.StateChanged.to(TrainingJobState.CANCELLED));
      }
      run = slot.run();
    }
    if (run != null) {
      run.cancel();
    }
    return get(id);
  }

  /**
   * The events of a job after a given one, as far as there are any now.
   *
   * @throws ServingException JOB_NOT_FOUND or SEQUENCE_OUT_OF_RANGE
   */
  public List<TrainingEvent> eventsAfter(String id, long sequence) {
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

  /** Ends what {@link #onEvent} began. */
  public interface Subscription extends AutoCloseable {
    /** No further calls begin. Closing again does nothing. */
    @Override
    void close();
  }

  /**
   * Runs something after each event of a job, and at the server's stop. It is called under the
   * jobs' lock and must not block.
   *
   * @throws ServingException JOB_NOT_FOUND
   */
  public Subscription onEvent(String id, Runnable watcher) {
    synchronized (lock) {
      JobSlot slot = table.get(id);
      slot.watchers().add(watcher);
      return () -> slot.watchers().remove(watcher);
    }
  }

  /** True once the server is stopping: events may still follow, but watchers should not wait. */
  public boolean isClosed() {
    synchronized (lock) {
      return closed;
    }
  }

  /**
   * Takes no more jobs and ends those that train; one that publishes goes on, and those that wait
   * run after the next start. Does not wait for runs to be over.
   */
  @Override
  public void close() {
    List<Trainer.Run> runs = new ArrayList<>();
    synchronized (lock) {
      if (closed) {
        return;
      }
      closed = true;
      for (JobSlot slot : table.newestFirst()) {
        Trainer.Run run = slot.run();
        if (slot.job().state() == TrainingJobState.RUNNING) {
          scribe.happen(slot, interrupted(slot));
          if (run != null) {
            runs.add(run);
          }
        } else {
          scribe.tellWatchers(slot);
        }
      }
    }
    runs.forEach(Trainer.Run::cancel);
  }

  @GuardedBy("lock")
  private void recover(JobJournal.Entry entry) {
    JobSlot slot = new JobSlot(entry.record());
    try {
      entry.events().forEach(slot::restore);
      slot.dropEvents();
    } catch (IllegalStateException damaged) {
      log.warn(
          "the journal of job {} makes no sense and is left out", entry.record().id(), damaged);
      return;
    }
    table.add(slot);
    journal.clear(entry.record());
    if (slot.job().sequence() == 0) {
      scribe.happen(slot, TrainingEvent.StateChanged.to(TrainingJobState.QUEUED));
    }
    TrainingJobState state = slot.job().state();
    if (state == TrainingJobState.RUNNING || state == TrainingJobState.PUBLISHING) {
      scribe.happen(slot, interrupted(slot));
    }
  }

  private static TrainingEvent.StateChanged interrupted(JobSlot slot) {
    return slot.isCancelRequested()
        ? TrainingEvent.StateChanged.to(TrainingJobState.CANCELLED)
        : TrainingEvent.StateChanged.failed(
            ErrorReason.SERVER_RESTARTED, "the server stopped while the job ran; create it again");
  }

  @GuardedBy("lock")
  private void startNext() {
    for (JobSlot slot : table.inState(TrainingJobState.QUEUED)) {
      if (running >= rules.mostRunning() || closed) {
        return;
      }
      running++;
      slot.setActive(true);
      scribe.happen(slot, TrainingEvent.StateChanged.to(TrainingJobState.RUNNING));
      try {
        executor.execute(() -> start(slot));
      } catch (RejectedExecutionException stopping) {
        scribe.happen(slot, interrupted(slot));
        slot.setActive(false);
        running--;
      }
    }
  }

  private void start(JobSlot slot) {
    try {
      Path work = journal.workDirectory(slot.record());
      Trainer.Run run = trainer.start(slot.record(), work, new RunListener(slot));
      boolean unwanted;
      synchronized (lock) {
        slot.setRun(run);
        unwanted = slot.isCancelRequested() || slot.job().state().isFinal();
      }
      if (unwanted) {
        run.cancel();
      }
    } catch (RuntimeException unstartable) {
      log.error("the run of job {} could not be started", slot.record().id(), unstartable);
      end(slot, ErrorReason.WORKER_DIED, "the training process could not be started");
    }
  }

  private void end(JobSlot slot, ErrorReason reason, String message) {
    journal.clear(slot.record());
    synchronized (lock) {
      TrainingJobState state = slot.job().state();
      if (state == TrainingJobState.RUNNING && slot.isCancelRequested()) {
        scribe.happen(slot, TrainingEvent.StateChanged.to(TrainingJobState.CANCELLED));
      } else if (!state.isFinal()) {
        scribe.happen(slot, TrainingEvent.StateChanged.failed(reason, message));
      }
      finish(slot);
    }
  }

  private boolean beginPublishing(JobSlot slot, TrainedModel model) {
    synchronized (lock) {
      if (slot.job().state() != TrainingJobState.RUNNING || slot.isCancelRequested()) {
        return false;
      }
      scribe.happen(slot, new TrainingEvent.Evaluated(model.metrics()));
      scribe.happen(slot, TrainingEvent.StateChanged.to(TrainingJobState.PUBLISHING));
      return true;
    }
  }

  private void publish(JobSlot slot, TrainedModel model, Path exportDirectory) {
    if (!beginPublishing(slot, model)) {
      end(slot, ErrorReason.TRAINING_FAILED, "the job ended before its model was published");
      return;
    }
    try {
      VersionId version = publisher.publish(slot.record(), model, exportDirectory);
      journal.clear(slot.record());
      synchronized (lock) {
        scribe.happen(slot, new TrainingEvent.Published(version));
        scribe.happen(slot, TrainingEvent.StateChanged.to(TrainingJobState.SUCCEEDED));
        finish(slot);
      }
    } catch (ServingException refused) {
      log.warn("the model of job {} was refused", slot.record().id(), refused);
      end(slot, refused.reason(), refused.message());
    } catch (RuntimeException defect) {
      log.error("the model of job {} could not be published", slot.record().id(), defect);
      end(slot, ErrorReason.TRAINING_FAILED, "the trained model could not be published");
    }
  }

  @GuardedBy("lock")
  private void finish(JobSlot slot) {
    if (slot.isActive()) {
      slot.setActive(false);
      slot.setRun(null);
      running--;
      startNext();
    }
  }

  private final class RunListener implements Trainer.Listener {
    private final JobSlot slot;

    RunListener(JobSlot slot) {
      this.slot = slot;
    }

    @Override
    public void onProgress(TrainingProgress progress) {
      synchronized (lock) {
        if (slot.job().state() == TrainingJobState.RUNNING) {
          scribe.happen(slot, new TrainingEvent.Progressed(progress));
        }
      }
    }

    @Override
    public void onTrained(TrainedModel model, Path exportDirectory) {
      publish(slot, model, exportDirectory);
    }

    @Override
    public void onFailed(ErrorReason reason, String message) {
      end(slot, reason, message);
    }
  }
}
