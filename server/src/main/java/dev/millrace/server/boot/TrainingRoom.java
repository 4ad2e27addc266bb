package dev.millrace.server.boot;

import com.sun.management.OperatingSystemMXBean;
import dev.millrace.server.boot.config.ServeOptions;
import dev.millrace.server.storage.FileJobJournal;
import dev.millrace.server.storage.SqliteJobQueue;
import dev.millrace.server.tensorflow.worker.ChildProcessTrainer;
import dev.millrace.server.tensorflow.worker.WorkerCommand;
import dev.millrace.server.training.JobIds;
import dev.millrace.server.training.JobListener;
import dev.millrace.server.training.ModelPublisher;
import dev.millrace.server.training.Retention;
import dev.millrace.server.training.RetryPolicy;
import dev.millrace.server.training.TrainingJobs;
import dev.millrace.server.training.TrainingRules;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Executors;

/** Where models are trained: the jobs, their queue and their processes. */
final class TrainingRoom implements AutoCloseable {
  private static final int MOST_WAITING = 100;
  private static final Duration POLL = Duration.ofSeconds(1);
  // A step and a checkpoint take less; what takes longer is ended, and goes on from an earlier one.
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final SqliteJobQueue queue;
  private final TrainingJobs jobs;

  /**
   * A room that goes on with what the server before has left.
   *
   * @param publisher puts what was trained where it is served from
   * @param listener hears of all that happens to jobs
   */
  TrainingRoom(
      ServeOptions options,
      LearningRoom learning,
      ModelPublisher publisher,
      JobListener listener,
      InstantSource clock)
      throws IOException {
    Path folder = Files.createDirectories(options.dataDirectory().resolve("jobs"));
    queue =
        SqliteJobQueue.open(
            options.dataDirectory(),
            options.maxTrainingJobs(),
            new SqliteJobQueue.Timing(options.trainingHeartbeat(), POLL),
            new SqliteJobQueue.Pools(
                Executors.newFixedThreadPool(options.maxTrainingJobs(), Threads.named("job")),
                Executors.newSingleThreadExecutor(Threads.named("job-queue")),
                Executors.newScheduledThreadPool(2, Threads.named("job-heartbeat"))),
            clock);
    try {
      jobs =
          new TrainingJobs(
              new FileJobJournal(folder),
              new ChildProcessTrainer(
                  new WorkerCommand(options.trainingHeap()),
                  new ChildProcessTrainer.Limits(
                      options.checkpointInterval(),
                      options.trainingMemory().orElseGet(TrainingRoom::machineShare)),
                  options.datasets(),
                  learning::folder,
                  Threads.named("trainer")),
              publisher,
              new TrainingRules(
                  learning.recipes(),
                  learning.datasets()::contains,
                  id -> learning.folder(id).isPresent(),
                  options.maxTrainingJobs(),
                  MOST_WAITING,
                  new RetryPolicy(options.trainingTries(), options.trainingRetryDelay()),
                  new Retention(options.keepTrainingJobs(), options.keepTrainingJobsFor())),
              new JobIds(new SecureRandom()),
              queue,
              clock,
              listener);
    } catch (IOException | RuntimeException | Error failed) {
      queue.close();
      throw failed;
    }
  }

  /** Runs jobs from now on. */
  void start() {
    jobs.start();
  }

  /** The jobs. */
  TrainingJobs jobs() {
    return jobs;
  }

  private static long machineShare() {
    OperatingSystemMXBean machine =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return machine.getTotalMemorySize() / 5 * 4;
  }

  /** Has what runs keep its state and end, and waits for it. */
  @Override
  public void close() {
    jobs.close();
    if (!queue.awaitIdle(PATIENCE)) {
      jobs.breakOff();
      queue.awaitIdle(PATIENCE);
    }
    queue.close();
  }
}
