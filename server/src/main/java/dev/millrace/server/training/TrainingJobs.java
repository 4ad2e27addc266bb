package dev.millrace.server.training;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.millrace.server.model.Caller;
import dev.millrace.server.model.ServingException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All training jobs. Thread-safe.
 *
 * <ol>
 *   <li>A job that was returned to its creator is in the journal and the queue, and so survives a
 *       crash of the server.
 *   <li>A job's events are numbered from 1 without gaps, and every watcher sees each of them once
 *       and in order. While the disk refuses them the job goes on, and they reach the journal with
 *       the next event that it takes.
 *   <li>The same request id gets the same job, also after a restart.
 *   <li>Nobody's watching or leaving changes a job; only its runs and a cancel do.
 *   <li>A job whose process or server dies goes on from its last checkpoint, up to a number of
 *       tries.
 *   <li>A job publishes one version at most. One that did not succeed leaves no version and no
 *       files.
 * </ol>
 *
 * <p>One lock guards the jobs and all their slots. The journal's writing, the queue's question who
 * holds a job, and the watchers are called under it; the trainer, the publisher, runs' ends and the
 * reading of ended jobs' events are not.
 */
public final class TrainingJobs implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(TrainingJobs.class);
  private static final int LONGEST_REQUEST_ID = 128;

  private final JobJournal journal;
  private final ModelPublisher publisher;
  private final TrainingRules rules;
  private final JobQueue queue;
  private final InstantSource clock;
  private final JobScribe scribe;
  private final JobRuns runs;
  private final JobEvents events;
  private final Object lock = new Object();

  @GuardedBy("lock")
  private final JobTable table;

  @GuardedBy("lock")
  private boolean closed;

  /**
   * Reads the journal: jobs that were under way when the server stopped wait for their next try,
   * jobs that waited go on waiting.
   */
  public TrainingJobs(
      JobJournal journal,
      Trainer trainer,
      ModelPublisher publisher,
      TrainingRules rules,
      JobIds ids,
      JobQueue queue,
      InstantSource clock) {
    this(journal, trainer, publisher, rules, ids, queue, clock, JobListener.NONE);
  }

  /**
   * The same.
   *
   * @param listener hears of all events, also of those in the journal
   */
  public TrainingJobs(
      JobJournal journal,
      Trainer trainer,
      ModelPublisher publisher,
      TrainingRules rules,
      JobIds ids,
      JobQueue queue,
      InstantSource clock,
      JobListener listener) {
    this.journal = journal;
    this.publisher = publisher;
    this.rules = rules;
    this.queue = queue;
    this.clock = clock;
    this.scribe = new JobScribe(journal, clock, listener);
    this.table = new JobTable(ids);
    this.events = new JobEvents(journal, lock, table);
    JobSweep sweep = new JobSweep(journal, rules.retention(), clock, lock, table);
    JobEnds ends =
        new JobEnds(journal, publisher, queue, rules.retries(), sweep, clock, scribe, lock);
    this.runs = new JobRuns(journal, trainer, ends, clock, scribe, lock, table);
    synchronized (lock) {
      journal.load().forEach(this::recover);
    }
    sweep.run();
  }

  /** Runs jobs from now on; to be called once, when whatever they need is there. */
  public void start() {
    queue.start(runs::work);
  }

  /** Creates a job of the server itself. */
  public TrainingJob create(TrainingOrder order, String requestId) {
    return create(order, requestId, Caller.UNKNOWN);
  }

  /**
   * Creates a job.
   *
   * @param requestId a name of the caller's choice, up to 128 characters; the same one gets the
   *     same job; empty for none
   * @param caller who submits it
   * @throws ServingException RECIPE_NOT_FOUND, DATASET_NOT_FOUND, PARAMETER_INVALID, NAME_INVALID,
   *     REPOSITORY_UNWRITABLE, OVERLOADED or DRAINING
   */
  public TrainingJob create(TrainingOrder order, String requestId, Caller caller) {
    if (requestId.length() > LONGEST_REQUEST_ID) {
      throw JobRefusal.requestIdTooLong(requestId.length(), LONGEST_REQUEST_ID);
    }
    TrainingSpec spec = rules.resolve(order);
    publisher.requirePublishable(spec.model());
    JobSlot slot;
    synchronized (lock) {
      if (closed) {
        throw JobRefusal.stopping();
      }
      Optional<JobSlot> earlier = table.ofRequest(requestId);
      if (earlier.isPresent()) {
        return earlier.get().job();
      }
      int unfinished = table.unfinished();
      if (unfinished >= rules.mostWaiting() + rules.mostRunning()) {
        throw JobRefusal.overloaded(unfinished);
      }
      Instant now = clock.instant();
      JobRecord record = new JobRecord(table.newId(now), spec, requestId, now, caller.id());
      journal.create(record);
      slot = new JobSlot(record);
      table.add(slot);
      scribe.happen(slot, TrainingEvent.StateChanged.to(TrainingJobState.QUEUED));
    }
    enqueue(slot);
    return get(slot.record().id());
  }

  private void enqueue(JobSlot slot) {
    JobRecord record = slot.record();
    try {
      queue.add(record.id(), record.spec().priority(), clock.instant());
    } catch (RuntimeException unwritable) {
      synchronized (lock) {
        table.remove(record);
      }
      journal.remove(record);
      throw unwritable;
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

  /**
   * The same where it may be seen; what may not be is not there.
   *
   * @throws ServingException JOB_NOT_FOUND
   */
  public TrainingJob get(String id, Predicate<TrainingJob> visible) {
    TrainingJob job = get(id);
    if (!visible.test(job)) {
      throw JobRefusal.notFound(id);
    }
    return job;
  }

  /**
   * What an order would train, with every default filled in.
   *
   * @throws ServingException RECIPE_NOT_FOUND, DATASET_NOT_FOUND or PARAMETER_INVALID
   */
  public TrainingSpec resolve(TrainingOrder order) {
    return rules.resolve(order);
  }

  /**
   * True while something of a job is still at work, such as a process that is being ended.
   *
   * @throws ServingException JOB_NOT_FOUND
   */
  public boolean isAtWork(String id) {
    synchronized (lock) {
      return table.get(id).isClaimed();
    }
  }

  /** Tries that each job has. */
  public int tries() {
    return rules.retries().tries();
  }

  /** All jobs, newest first. */
  public List<TrainingJob> list() {
    synchronized (lock) {
      return table.newestFirst().stream().map(JobSlot::job).toList();
    }
  }

  /**
   * Ends a job; one that is CANCELLED already is returned as it is. Its process is ended at once,
   * and may take a moment to be gone.
   *
   * @param etag the job's etag, or empty to cancel it anyway
   * @throws ServingException JOB_NOT_FOUND, JOB_FINISHED (also while it publishes) or ETAG_MISMATCH
   */
  public TrainingJob cancel(String id, String etag) {
    JobSlot slot;
    Trainer.Run run;
    boolean claimed;
    synchronized (lock) {
      slot = table.get(id);
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
      // On disk before the run knows of it: a crash in between must not bring the job back.
      scribe.happen(slot, TrainingEvent.StateChanged.to(TrainingJobState.CANCELLED));
      run = slot.run();
      claimed = slot.isClaimed();
    }
    if (run != null) {
      run.cancel();
    }
    if (!claimed) {
      journal.clear(slot.record());
      queue.remove(id);
    }
    return get(id);
  }

  /**
   * The events of a job after a given one, as far as there are any now.
   *
   * @throws ServingException JOB_NOT_FOUND or SEQUENCE_OUT_OF_RANGE
   */
  public List<TrainingEvent> eventsAfter(String id, long sequence) {
    return events.after(id, sequence);
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
    return events.subscribe(id, watcher);
  }

  /** True once the server is stopping: events may still follow, but watchers should not wait. */
  public boolean isClosed() {
    synchronized (lock) {
      return closed;
    }
  }

  /**
   * Takes no more jobs and asks those that run to keep their state and end; all that have not ended
   * go on after the next start. One that publishes goes on. Does not wait for runs to be over.
   */
  @Override
  public void close() {
    synchronized (lock) {
      if (closed) {
        return;
      }
      closed = true;
      table.newestFirst().forEach(scribe::tellWatchers);
    }
    queue.pause();
    runs.stop();
  }

  /** Ends what has not ended since {@link #close}. */
  public void breakOff() {
    runs.breakOff();
  }

  @GuardedBy("lock")
  private void recover(JobJournal.Entry entry) {
    JobSlot slot = new JobSlot(entry.record());
    try {
      entry.events().forEach(event -> scribe.restore(slot, event));
      slot.dropEvents();
    } catch (IllegalStateException damaged) {
      log.warn(
          "the journal of job {} makes no sense and is left out", entry.record().id(), damaged);
      return;
    }
    table.add(slot);
    if (slot.job().sequence() == 0) {
      scribe.happen(slot, TrainingEvent.StateChanged.to(TrainingJobState.QUEUED));
    }
    runs.recover(slot);
    if (slot.job().state().isFinal()) {
      journal.clear(entry.record());
    } else {
      queue.add(entry.record().id(), entry.record().spec().priority(), clock.instant());
    }
  }
}
