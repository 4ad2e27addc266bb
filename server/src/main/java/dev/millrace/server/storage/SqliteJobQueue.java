package dev.millrace.server.storage;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerBuilder;
import com.github.kagkarlsson.scheduler.SchedulerName;
import com.github.kagkarlsson.scheduler.exceptions.TaskInstanceException;
import com.github.kagkarlsson.scheduler.jdbc.SqliteJdbcCustomization;
import com.github.kagkarlsson.scheduler.serializer.JacksonSerializer;
import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.TaskDescriptor;
import com.github.kagkarlsson.scheduler.task.helper.CustomTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.millrace.server.training.Claim;
import dev.millrace.server.training.JobQueue;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The queue in the SQLite file {@code jobs.db}, given out by db-scheduler. Each claim holds a
 * thread until its work is over, so there are as many threads as jobs may run. Thread-safe.
 *
 * <p>One server has a file, which its owner sees to; so the claims that it finds at its start are
 * those of a server that is gone, and are void at once. The heartbeat is for a server that loses
 * its hold while it is alive, because the machine slept or the disk was full.
 */
public final class SqliteJobQueue implements JobQueue, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(SqliteJobQueue.class);
  private static final TaskDescriptor<Void> TASK = TaskDescriptor.of("training-job");
  private static final int MISSED_HEARTBEATS = 4;

  /**
   * How often the queue does what.
   *
   * @param heartbeat from one sign of life of a claim to the next; four missed ones void it
   * @param poll from one look for jobs that are due to the next; a new job is seen at once
   */
  public record Timing(Duration heartbeat, Duration poll) {
    /** What a server uses. */
    public static final Timing USUAL = new Timing(Duration.ofSeconds(10), Duration.ofSeconds(1));
  }

  /**
   * The threads of the queue, which are the queue's own and end with it.
   *
   * @param workers as many as jobs may be worked on
   * @param looking looks for what is due
   * @param housekeeping makes heartbeats and looks for missed ones; two threads at least
   */
  public record Pools(
      ExecutorService workers, ExecutorService looking, ScheduledExecutorService housekeeping) {}

  private final Jdbi jdbi;
  private final Scheduler scheduler;
  private final Connection keeper;
  private final Object lock = new Object();

  @GuardedBy("lock")
  private int atWork;

  private volatile @Nullable Worker worker;

  /**
   * Opens the file in a folder, making it if need be. A damaged one is set aside.
   *
   * @param most claims that are worked on at the same time
   * @throws IOException if the file cannot be used
   */
  public static SqliteJobQueue open(
      Path folder, int most, Timing timing, Pools pools, InstantSource clock) throws IOException {
    SqliteFile file =
        SqliteFile.open(
            folder.resolve("jobs.db"),
            "classpath:db/jobs",
            "the queue is made anew from the jobs' own files",
            clock);
    try {
      // With no connection open, SQLite would make and remove its log at each look.
      Connection keeper = file.source().getConnection();
      return new SqliteJobQueue(file, keeper, most, timing, pools, clock);
    } catch (SQLException failed) {
      throw new IOException("the queue of jobs cannot be opened", failed);
    }
  }

  private SqliteJobQueue(
      SqliteFile file,
      Connection keeper,
      int most,
      Timing timing,
      Pools pools,
      InstantSource clock) {
    this.keeper = keeper;
    jdbi = Jdbi.create(file.source());
    CustomTask<Void> task =
        Tasks.custom(TASK).execute((instance, context) -> work(instance.getId()));
    SchedulerBuilder builder =
        Scheduler.create(file.source(), task)
            .jdbcCustomization(new SqliteJdbcCustomization())
            .serializer(new JacksonSerializer())
            .schedulerName(new SchedulerName.Fixed("server"))
            .clock(clock::instant)
            .heartbeatInterval(timing.heartbeat())
            .missedHeartbeatsLimit(MISSED_HEARTBEATS)
            .pollingInterval(timing.poll())
            .pollUsingFetch(0, 1)
            .enablePriority()
            .enableImmediateExecution()
            .threads(most)
            .executorService(pools.workers())
            .dueExecutor(pools.looking())
            .housekeeperExecutor(pools.housekeeping())
            .shutdownMaxWait(Duration.ofSeconds(1));
    scheduler = builder.build();
  }

  @Override
  public void start(Worker newWorker) {
    int voided =
        jdbi.withHandle(
            handle ->
                handle.execute(
                    "UPDATE scheduled_tasks SET picked = 0, picked_by = NULL, last_heartbeat ="
                        + " NULL, version = version + 1 WHERE picked = 1"));
    if (voided > 0) {
      log.info("{} jobs were held by a server that is gone", voided);
    }
    watch(newWorker);
  }

  /** The same, but claims that another server has stay its own as long as its heartbeats come. */
  void watch(Worker newWorker) {
    worker = newWorker;
    scheduler.start();
  }

  @Override
  public void add(String job, int priority, Instant due) {
    scheduler.scheduleIfNotExists(TASK.instance(job).priority(priority).scheduledTo(due));
  }

  @Override
  public void remove(String job) {
    try {
      scheduler.cancel(TASK.instance(job).build());
    } catch (TaskInstanceException notWaiting) {
      // It is not there, is worked on, or was given out while it was being taken off.
      log.debug("job {} does not wait", job, notWaiting);
    }
  }

  @Override
  public boolean isCurrent(Claim claim) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery("SELECT token = :token FROM claim WHERE job = :job")
                .bind("token", claim.token())
                .bind("job", claim.job())
                .mapTo(Boolean.class)
                .findOne()
                .orElse(false));
  }

  @Override
  public void pause() {
    scheduler.pause();
  }

  /** Waits until nothing is worked on; false when that takes longer. */
  public boolean awaitIdle(Duration longest) {
    long limit = System.nanoTime() + longest.toNanos();
    synchronized (lock) {
      try {
        for (long left = longest.toNanos(); atWork > 0; left = limit - System.nanoTime()) {
          if (left <= 0) {
            return false;
          }
          TimeUnit.NANOSECONDS.timedWait(lock, left);
        }
        return true;
      } catch (InterruptedException stopping) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
  }

  /**
   * Gives out no more, and waits a moment for what is worked on. What is not over stays claimed.
   */
  @Override
  public void close() {
    scheduler.stop();
    try {
      keeper.close();
    } catch (SQLException unexpected) {
      log.warn("the queue's database was not closed", unexpected);
    }
  }

  private CompletionHandler<Void> work(String job) {
    Worker now = worker;
    if (now == null) {
      throw new IllegalStateException("the queue gives out jobs before it was started");
    }
    count(1);
    try {
      Claim claim = new Claim(job, nextToken(job));
      CompletableFuture<Optional<Instant>> over = new CompletableFuture<>();
      now.work(claim, over::complete);
      Optional<Instant> again = over.get();
      return (executed, operations) -> {
        if (!isCurrent(claim)) {
          log.info("{} was claimed anew meanwhile", claim);
        } else if (again.isPresent()) {
          operations.reschedule(executed, again.get());
        } else {
          operations.remove();
          forget(job);
        }
      };
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
      return (executed, operations) -> log.info("job {} stays claimed over the stop", job);
    } catch (ExecutionException impossible) {
      throw new IllegalStateException(impossible);
    } finally {
      count(-1);
    }
  }

  private void count(int change) {
    synchronized (lock) {
      atWork += change;
      lock.notifyAll();
    }
  }

  private long nextToken(String job) {
    return jdbi.inTransaction(
        handle -> {
          handle.execute("UPDATE last_token SET token = token + 1");
          long token = handle.createQuery("SELECT token FROM last_token").mapTo(Long.class).one();
          handle.execute("INSERT OR REPLACE INTO claim (job, token) VALUES (?, ?)", job, token);
          return token;
        });
  }

  private void forget(String job) {
    jdbi.useHandle(handle -> handle.execute("DELETE FROM claim WHERE job = ?", job));
  }
}
