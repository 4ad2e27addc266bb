package dev.millrace.server.training;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes the jobs that have outlived their time. Thread-safe; shares its lock with {@link
 * TrainingJobs}.
 */
final class JobSweep implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(JobSweep.class);

  private final JobJournal journal;
  private final Retention retention;
  private final InstantSource clock;
  private final Object lock;

  @GuardedBy("lock")
  private final JobTable table;

  JobSweep(
      JobJournal journal, Retention retention, InstantSource clock, Object lock, JobTable table) {
    this.journal = journal;
    this.retention = retention;
    this.clock = clock;
    this.lock = lock;
    this.table = table;
  }

  /** Not to be called under the lock. */
  @Override
  public void run() {
    List<JobRecord> removed = new ArrayList<>();
    synchronized (lock) {
      List<TrainingJob> ended =
          table.newestFirst().stream()
              .filter(slot -> !slot.isClaimed())
              .map(JobSlot::job)
              .filter(job -> job.state().isFinal())
              .toList();
      for (TrainingJob job : retention.outlived(ended, clock.instant())) {
        table.remove(job.record());
        removed.add(job.record());
      }
    }
    for (JobRecord record : removed) {
      log.info("job {} is removed: it ended long ago", record.id());
      journal.remove(record);
    }
  }
}
