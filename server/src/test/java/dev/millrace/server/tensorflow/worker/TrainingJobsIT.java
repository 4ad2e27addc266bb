package dev.millrace.server.tensorflow.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.dataset.Datasets;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.storage.FileJobJournal;
import dev.millrace.server.storage.SqliteJobQueue;
import dev.millrace.server.tensorflow.recipe.Recipes;
import dev.millrace.server.training.JobIds;
import dev.millrace.server.training.JobRecord;
import dev.millrace.server.training.Retention;
import dev.millrace.server.training.RetryPolicy;
import dev.millrace.server.training.TrainedModel;
import dev.millrace.server.training.TrainingEvent;
import dev.millrace.server.training.TrainingJob;
import dev.millrace.server.training.TrainingJobState;
import dev.millrace.server.training.TrainingJobs;
import dev.millrace.server.training.TrainingOrder;
import dev.millrace.server.training.TrainingRules;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs, their files and their processes together. */
class TrainingJobsIT {
  private static final ThreadFactory THREADS =
      task -> {
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        return thread;
      };

  @TempDir Path root;
  private SqliteJobQueue queue;
  private TrainingJobs jobs;

  @BeforeEach
  void open() throws IOException {
    TinyDataset.write(root.resolve("datasets/tiny"));
    jobs = start();
  }

  @AfterEach
  void close() {
    stop();
  }

  private void stop() {
    jobs.close();
    if (!queue.awaitIdle(Duration.ofSeconds(5))) {
      jobs.breakOff();
      queue.awaitIdle(Duration.ofSeconds(5));
    }
    queue.close();
  }

  @Test
  void job_whoseProcessIsKilledEachTime_failsAndTheNextOneSucceeds() throws Exception {
    String killed = jobs.create(TrainingOrder.ofRecipe("stubborn"), "").record().id();
    process(jobs, killed, 0).destroyForcibly();
    process(jobs, killed, 1).destroyForcibly();

    TrainingJob failed = await(jobs, killed, job -> job.state().isFinal());
    assertThat(failed.reason()).contains(ErrorReason.WORKER_DIED);
    assertThat(root.resolve("jobs/" + killed + "/work")).doesNotExist();

    String next = jobs.create(TrainingOrder.ofRecipe("counting"), "").record().id();
    TrainingJob done = await(jobs, next, job -> job.state().isFinal());
    assertThat(done.state()).isEqualTo(TrainingJobState.SUCCEEDED);
    assertThat(root.resolve("published/1/saved_model.pb")).hasContent("trained");
    assertThat(root.resolve("published/2")).doesNotExist();
    assertThat(root.resolve("jobs/" + next + "/work")).doesNotExist();
  }

  @Test
  void job_thatIsCancelled_endsWithItsProcessWithinASecond() throws Exception {
    String id = jobs.create(TrainingOrder.ofRecipe("stubborn"), "").record().id();
    ProcessHandle process = process(jobs, id, 0);
    jobs.cancel(id, "");

    assertThat(jobs.get(id).state()).isEqualTo(TrainingJobState.CANCELLED);
    process.onExit().get(1, TimeUnit.SECONDS);
  }

  @Test
  void server_thatStopsAndStarts_goesOnWithWhatRanAndRunsWhatWaited() throws Exception {
    String ran = jobs.create(TrainingOrder.ofRecipe("keeping"), "").record().id();
    String waits = jobs.create(TrainingOrder.ofRecipe("counting"), "again").record().id();
    await(jobs, ran, job -> job.progress().filter(p -> p.step() >= 100).isPresent());
    stop();
    assertThat(jobs.get(ran).reason()).contains(ErrorReason.DRAINING);
    long kept = jobs.get(ran).checkpointStep();
    jobs = start();

    assertThat(await(jobs, waits, job -> job.state().isFinal()).state())
        .isEqualTo(TrainingJobState.SUCCEEDED);
    // What ran goes on before what waited.
    assertThat(jobs.get(ran).state()).isEqualTo(TrainingJobState.SUCCEEDED);
    assertThat(jobs.eventsAfter(ran, 0))
        .extracting(TrainingEvent::what)
        .contains(new TrainingEvent.Resumed(kept, 1, 2));
    assertThat(kept).isGreaterThanOrEqualTo(100);
    assertThat(jobs.create(TrainingOrder.ofRecipe("counting"), "again").record().id())
        .isEqualTo(waits);
    assertThat(jobs.eventsAfter(waits, 0)).hasSize(9);
  }

  private TrainingJobs start() throws IOException {
    queue =
        SqliteJobQueue.open(
            root,
            1,
            new SqliteJobQueue.Timing(Duration.ofSeconds(1), Duration.ofMillis(100)),
            new SqliteJobQueue.Pools(
                Executors.newFixedThreadPool(1, THREADS),
                Executors.newSingleThreadExecutor(THREADS),
                Executors.newScheduledThreadPool(2, THREADS)),
            Clock.systemUTC());
    TrainingJobs jobs =
        new TrainingJobs(
            new FileJobJournal(root.resolve("jobs")),
            new ChildProcessTrainer(
                new WorkerCommand("64m"),
                new ChildProcessTrainer.Limits(Duration.ofMillis(50), 0),
                root.resolve("datasets"),
                id -> Optional.empty(),
                THREADS),
            this::publish,
            new TrainingRules(
                Recipes.onClassPath().descriptions(),
                new Datasets(root.resolve("datasets"))::contains,
                1,
                10,
                new RetryPolicy(2, Duration.ofMillis(10)),
                new Retention(100, Duration.ofDays(1))),
            new JobIds(new Random(1)),
            queue,
            Clock.systemUTC());
    jobs.start();
    return jobs;
  }

  private VersionId publish(JobRecord job, TrainedModel model, Path export) {
    try {
      Path published = Files.createDirectories(root.resolve("published"));
      long number;
      try (Stream<Path> versions = Files.list(published)) {
        number = versions.count() + 1;
      }
      Files.move(export, published.resolve(String.valueOf(number)));
      return new VersionId(job.spec().model(), number);
    } catch (IOException unwritable) {
      throw new UncheckedIOException(unwritable);
    }
  }

  /** The process of a try, which tells its number as its step. */
  private static ProcessHandle process(TrainingJobs jobs, String id, int failedTries)
      throws InterruptedException {
    AtomicReference<ProcessHandle> process = new AtomicReference<>();
    await(
        jobs,
        id,
        job -> {
          process.set(
              job.failedTries() == failedTries
                  ? job.progress().flatMap(p -> ProcessHandle.of(p.step())).orElse(null)
                  : null);
          return process.get() != null && process.get().isAlive();
        });
    return process.get();
  }

  private static TrainingJob await(TrainingJobs jobs, String id, Predicate<TrainingJob> condition)
      throws InterruptedException, ServingException {
    Semaphore news = new Semaphore(1);
    try (TrainingJobs.Subscription watch = jobs.onEvent(id, news::release)) {
      while (news.tryAcquire(30, TimeUnit.SECONDS)) {
        TrainingJob job = jobs.get(id);
        if (condition.test(job)) {
          return job;
        }
      }
    }
    throw new AssertionError("it did not happen; the job is " + jobs.get(id));
  }
}
