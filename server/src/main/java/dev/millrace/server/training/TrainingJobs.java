package dev.millrace.server.training;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.FieldViolation;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All training jobs. Thread-safe.
 *
 * <ol>
 *   <li>A job that was returned to its creator is in the journal, and so survives a crash of the
 *       server.
 *   <li>A job's events are numbered from 1 without gaps; what a watcher has seen stays true.
 *   <li>The same request id gets the same job, also after a restart.
 *   <li>Nobody's watching or leaving changes a job; only its run, a cancel or the server's stop do.
 *   <li>A job that did not succeed leaves no version and no files.
 * </ol>
 */
public final class TrainingJobs implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(TrainingJobs.class);
  private static final int LONGEST_REQUEST_ID = 128;

  private final JobJournal journal;
  private final Trainer trainer;
  private final ModelPublisher publisher;
  private final TrainingRules rules;
  private final JobIds ids;
  private final Executor executor;
  private final InstantSource clock;
  private final Object lock = new Object();

  @GuardedBy("lock")
  private final NavigableMap<String, JobSlot> slots = new TreeMap<>();

  @GuardedBy("lock")
  private final Map<String, JobSlot> byRequestId = new HashMap<>();

  @GuardedBy("lock")
  private int running;

  @GuardedBy("lock")
  private boolean closed;

  /**
   * Reads the journal: jobs that were under way when the server stopped become FAILED, jobs that
   * waited go on waiting.
   *
   * @param executor starts runs and publishes; the jobs never block on it
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
    this.ids = ids;
    this.executor = executor;
    this.clock = clock;
    synchronized (lock) {
      journal.load().forEach(this::recover);
      startNext();
    }
  }

  /**
   * Creates a job.
   *
   * @param requestId a name of the caller's choice; the same one gets the same job; empty for none
   * @throws ServingException RECIPE_NOT_FOUND, DATASET_NOT_FOUND, PARAMETER_INVALID, NAME_INVALID,
   *     OVERLOADED or DRAINING
   */
  public TrainingJob create(TrainingOrder order, String requestId) {
    if (requestId.length() > LONGEST_REQUEST_ID) {
      throw ServingException.ofViolations(
          List.of(
              new FieldViolation(
                  "request_id",
                  ErrorReason.NAME_INVALID,
                  "expected at most "
                      + LONGEST_REQUEST_ID
                      + " characters, got "
                      + requestId.length())));
    }
    TrainingSpec spec = rules.resolve(order);
    synchronized (lock) {
      requireOpen();
      JobSlot earlier = byRequestId.get(requestId);
      if (earlier != null) {
        return earlier.job();
      }
      long waiting =
          slots.values().stream().filter(s -> s.job().state() == TrainingJobState.QUEUED).count();
      if (waiting >= rules.mostWaiting()) {
        throw new ServingException(
                ErrorReason.OVERLOADED,
                waiting + " training jobs are waiting already; try again when one has ended")
            .retryAfter(Duration.ofSeconds(30));
      }
      JobRecord record = new JobRecord(newId(), spec, requestId, clock.instant());
      journal.create(record);
      JobSlot slot = new JobSlot(record);
      register(slot);
      happen(slot, TrainingEvent.StateChanged.to(TrainingJobState.QUEUED));
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
      return slot(id).job();
    }
  }

  /** All jobs, newest first. */
  public List<TrainingJob> list() {
    synchronized (lock) {
      return slots.descendingMap().values().stream().map(JobSlot::job).toList();
    }
  }

  /**
   * Asks a job to stop; one that is CANCELLED already is returned as it is.
   *
   * @param etag the job's etag, or empty to cancel it anyway
   * @throws ServingException JOB_NOT_FOUND, JOB_FINISHED or ETAG_MISMATCH
   */
  public TrainingJob cancel(String id, String etag) {
    Trainer.Run run;
    JobSlot slot;
    synchronized (lock) {
      slot = slot(id);
      TrainingJob job = slot.job();
      if (job.state() == TrainingJobState.CANCELLED) {
        return job;
      }
      if (!etag.isEmpty() && !etag.equals(job.etag())) {
        throw new ServingException(
            ErrorReason.ETAG_MISMATCH,
            "the job has changed since; it is " + job.state() + " now",
            Map.of("job", id));
      }
      if (job.state().isFinal() || job.state() == TrainingJobState.PUBLISHING) {
        throw new ServingException(
            ErrorReason.JOB_FINISHED,
            "the job is " + job.state() + " and cannot be cancelled any more",
            Map.of("job", id));
      }
      slot.requestCancel();
      if (job.state() == TrainingJobState.QUEUED) {
        happen(slot, TrainingEvent.StateChanged.to(TrainingJobState.CANCELLED));
      }
      run = slot.run();
    }
    if (run != null) {
      run.cancel();
    }
    synchronized (lock) {
      return slot.job();
    }
  }

  /**
   * The events of a job after a given one, as far as there are any now.
   *
   * @throws ServingException JOB_NOT_FOUND or SEQUENCE_OUT_OF_RANGE
   */
  public List<TrainingEvent> eventsAfter(String id, long sequence) {
    synchronized (lock) {
      JobSlot slot = slot(id);
      if (sequence < 0 || sequence > slot.job().sequence()) {
        throw new ServingException(
            ErrorReason.SEQUENCE_OUT_OF_RANGE,
            "the job's events are numbered 1 to " + slot.job().sequence(),
            Map.of("job", id));
      }
      return slot.eventsAfter(sequence);
    }
  }

  /**
   * Runs something after each event of a job, and at the server's stop. It must not block. Close to
   * end it.
   */
  public AutoCloseable onEvent(String id, Runnable watcher) {
    synchronized (lock) {
      JobSlot slot = slot(id);
      slot.watchers().add(watcher);
      return () -> slot.watchers().remove(watcher);
    }
  }

  /** True once the server is stopping: no event follows. */
  public boolean isClosed() {
    synchronized (lock) {
      return closed;
    }
  }

  /** Takes no more jobs and ends those under way; the ones that wait go on at the next start. */
  @Override
  public void close() {
    List<JobSlot> active;
    List<Trainer.Run> runs = new ArrayList<>();
    synchronized (lock) {
      if (closed) {
        return;
      }
      active =
          slots.values().stream().filter(s -> s.job().state() == TrainingJobState.RUNNING).toList();
      active.forEach(slot -> happen(slot, restarted()));
      for (JobSlot slot : active) {
        Trainer.Run run = slot.run();
        if (run != null) {
          runs.add(run);
        }
      }
      closed = true;
      slots.values().forEach(slot -> slot.watchers().forEach(Runnable::run));
    }
    runs.forEach(Trainer.Run::cancel);
    active.forEach(slot -> journal.clear(slot.record()));
  }

  @GuardedBy("lock")
  private void recover(JobJournal.Entry entry) {
    JobSlot slot = new JobSlot(entry.record());
    try {
      entry.events().forEach(slot::apply);
    } catch (IllegalStateException damaged) {
      log.warn(
          "the journal of job {} makes no sense and is left out", entry.record().id(), damaged);
      return;
    }
    register(slot);
    if (slot.job().sequence() == 0) {
      happen(slot, TrainingEvent.StateChanged.to(TrainingJobState.QUEUED));
    }
    TrainingJobState state = slot.job().state();
    if (state == TrainingJobState.RUNNING || state == TrainingJobState.PUBLISHING) {
      happen(slot, restarted());
      journal.clear(entry.record());
    }
  }

  private static TrainingEvent.StateChanged restarted() {
    return TrainingEvent.StateChanged.failed(
        ErrorReason.SERVER_RESTARTED, "the server stopped while the job ran; create it again");
  }

  @GuardedBy("lock")
  private void startNext() {
    for (JobSlot slot : slots.values()) {
      if (running >= rules.mostRunning() || closed) {
        return;
      }
      if (slot.job().state() == TrainingJobState.QUEUED) {
        running++;
        happen(slot, TrainingEvent.StateChanged.to(TrainingJobState.RUNNING));
        executor.execute(() -> start(slot));
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
        unwanted = slot.isCancelRequested() || closed;
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
    synchronized (lock) {
      if (!slot.job().state().isFinal()) {
        boolean cancelled =
            slot.isCancelRequested() && slot.job().state() == TrainingJobState.RUNNING;
        happen(
            slot,
            cancelled
                ? TrainingEvent.StateChanged.to(TrainingJobState.CANCELLED)
                : TrainingEvent.StateChanged.failed(reason, message));
      }
      finish(slot);
    }
    journal.clear(slot.record());
  }

  private void publish(JobSlot slot, TrainedModel model, Path exportDirectory) {
    try {
      synchronized (lock) {
        if (slot.job().state() != TrainingJobState.RUNNING) {
          finish(slot);
          return;
        }
        happen(slot, new TrainingEvent.Evaluated(model.metrics()));
        happen(slot, TrainingEvent.StateChanged.to(TrainingJobState.PUBLISHING));
      }
      VersionId version = publisher.publish(slot.record(), model, exportDirectory);
      synchronized (lock) {
        happen(slot, new TrainingEvent.Published(version));
        happen(slot, TrainingEvent.StateChanged.to(TrainingJobState.SUCCEEDED));
        finish(slot);
      }
      journal.clear(slot.record());
    } catch (ServingException refused) {
      end(slot, refused.reason(), refused.message());
    } catch (RuntimeException defect) {
      log.error("the model of job {} could not be published", slot.record().id(), defect);
      end(slot, ErrorReason.TRAINING_FAILED, "the trained model could not be published");
    }
  }

  @GuardedBy("lock")
  private void finish(JobSlot slot) {
    slot.setRun(null);
    running--;
    startNext();
  }

  @GuardedBy("lock")
  private void happen(JobSlot slot, TrainingEvent.What what) {
    if (closed) {
      return;
    }
    TrainingEvent event = slot.next(what, clock.instant());
    journal.append(slot.record(), event);
    slot.apply(event);
    if (what instanceof TrainingEvent.StateChanged change) {
      log.info("job {} is {} {}", slot.record().id(), change.state(), change.message());
    }
    slot.watchers().forEach(Runnable::run);
  }

  @GuardedBy("lock")
  private void register(JobSlot slot) {
    slots.put(slot.record().id(), slot);
    if (!slot.record().requestId().isEmpty()) {
      byRequestId.put(slot.record().requestId(), slot);
    }
  }

  @GuardedBy("lock")
  private String newId() {
    String id = ids.next(clock.instant());
    return slots.containsKey(id) ? newId() : id;
  }

  @GuardedBy("lock")
  private JobSlot slot(String id) {
    @Nullable JobSlot slot = slots.get(id);
    if (slot == null) {
      throw new ServingException(
          ErrorReason.JOB_NOT_FOUND, "no such training job; ListTrainingJobs names them all");
    }
    return slot;
  }

  @GuardedBy("lock")
  private void requireOpen() {
    if (closed) {
      throw new ServingException(ErrorReason.DRAINING, "the server is stopping; try another one");
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
          happen(slot, new TrainingEvent.Progressed(progress));
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
