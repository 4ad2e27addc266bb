package dev.millrace.server.tensorflow.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.dataset.Datasets;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.storage.FileJobJournal;
import dev.millrace.server.tensorflow.recipe.Recipes;
import dev.millrace.server.training.JobIds;
import dev.millrace.server.training.JobRecord;
import dev.millrace.server.training.TrainedModel;
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
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
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
  private final ExecutorService executor = Executors.newSingleThreadExecutor(THREADS);
  private TrainingJobs jobs;

  @BeforeEach
  void open() throws IOException {
    TinyDataset.write(root.resolve("datasets/tiny"));
    jobs = start();
  }

  @AfterEach
  void close() {
    jobs.close();
    executor.shutdown();
  }

  @Test
  void job_whoseProcessIsKilled_failsAndTheNextOneSucceeds() throws Exception {
    String killed = jobs.create(TrainingOrder.ofRecipe("stubborn"), "").record().id();
    String next = jobs.create(TrainingOrder.ofRecipe("counting"), "").record().id();
    process(jobs, killed).destroyForcibly();

    TrainingJob failed = await(jobs, killed, job -> job.state().isFinal());
    assertThat(failed.reason()).contains(ErrorReason.WORKER_DIED);
    assertThat(root.resolve("jobs/" + killed + "/work")).doesNotExist();

    TrainingJob done = await(jobs, next, job -> job.state().isFinal());
    assertThat(done.state()).isEqualTo(TrainingJobState.SUCCEEDED);
    assertThat(root.resolve("published/1/saved_model.pb")).hasContent("trained");
    assertThat(root.resolve("published/2")).doesNotExist();
    assertThat(root.resolve("jobs/" + next + "/work")).doesNotExist();
  }

  @Test
  void job_thatIsCancelled_endsWithItsProcess() throws Exception {
    String id = jobs.create(TrainingOrder.ofRecipe("stubborn"), "").record().id();
    ProcessHandle process = process(jobs, id);
    jobs.cancel(id, "");

    assertThat(await(jobs, id, job -> job.state().isFinal()).state())
        .isEqualTo(TrainingJobState.CANCELLED);
    assertThat(process.isAlive()).isFalse();
  }

  @Test
  void server_thatStopsAndStarts_failsWhatRanAndRunsWhatWaited() throws Exception {
    String ran = jobs.create(TrainingOrder.ofRecipe("stubborn"), "").record().id();
    String waits = jobs.create(TrainingOrder.ofRecipe("counting"), "again").record().id();
    ProcessHandle process = process(jobs, ran);
    jobs.close();
    process.onExit().get(10, TimeUnit.SECONDS);
    jobs = start();

    assertThat(jobs.get(ran).reason()).contains(ErrorReason.SERVER_RESTARTED);
    assertThat(await(jobs, waits, job -> job.state().isFinal()).state())
        .isEqualTo(TrainingJobState.SUCCEEDED);
    assertThat(jobs.create(TrainingOrder.ofRecipe("counting"), "again").record().id())
        .isEqualTo(waits);
    assertThat(jobs.eventsAfter(waits, 0)).hasSize(9);
  }

  private TrainingJobs start() throws IOException {
    return new TrainingJobs(
        new FileJobJournal(root.resolve("jobs")),
        new ChildProcessTrainer(
            new WorkerCommand("64m"), root.resolve("datasets"), id -> Optional.empty(), THREADS),
        this::publish,
        new TrainingRules(
            Recipes.onClassPath().descriptions(),
            new Datasets(root.resolve("datasets"))::contains,
            1,
            10),
        new JobIds(new Random(1)),
        executor,
        Clock.systemUTC());
  }

  private VersionId publish(JobRecord job, TrainedModel model, Path export) {
    try {
      Files.createDirectories(root.resolve("published"));
      Files.move(export, root.resolve("published/1"));
      return new VersionId(job.spec().model(), 1);
    } catch (IOException unwritable) {
      throw new UncheckedIOException(unwritable);
    }
  }

  private static ProcessHandle process(TrainingJobs jobs, String id) throws InterruptedException {
    TrainingJob running = await(jobs, id, job -> job.progress().isPresent());
    return ProcessHandle.of(running.progress().orElseThrow().step()).orElseThrow();
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
