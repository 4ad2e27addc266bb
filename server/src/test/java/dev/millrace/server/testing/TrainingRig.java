package dev.millrace.server.testing;

import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.training.JobIds;
import dev.millrace.server.training.JobListener;
import dev.millrace.server.training.JobRecord;
import dev.millrace.server.training.ModelPublisher;
import dev.millrace.server.training.ParameterSpec;
import dev.millrace.server.training.RecipeDescription;
import dev.millrace.server.training.Retention;
import dev.millrace.server.training.RetryPolicy;
import dev.millrace.server.training.TrainedModel;
import dev.millrace.server.training.TrainingJob;
import dev.millrace.server.training.TrainingJobs;
import dev.millrace.server.training.TrainingOrder;
import dev.millrace.server.training.TrainingRules;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Executor;

/** Training jobs over a journal, a trainer and a publisher that the test drives. */
public final class TrainingRig {
  /** The one recipe that the rig knows. */
  public static final RecipeDescription RECIPE =
      new RecipeDescription(
          "mnist-cnn",
          "a small network",
          new ModelName("mnist"),
          "mnist",
          List.of(ParameterSpec.integer("steps", 1, 1_000_000, 1000, "steps to train")));

  private final MemoryJournal journal = new MemoryJournal();
  private final PuppetTrainer trainer = new PuppetTrainer();
  private final PuppetClock clock = new PuppetClock();
  private final Publisher publisher = new Publisher();
  private final MemoryQueue queue;
  private final TrainingRules rules;

  /** A rig; starts happen on the executor. */
  public TrainingRig(int mostRunning, int mostWaiting, Executor executor) {
    this(mostRunning, mostWaiting, executor, new Retention(1000, Duration.ofDays(90)));
  }

  /** A rig that keeps jobs as long as it is told. */
  public TrainingRig(int mostRunning, int mostWaiting, Executor executor, Retention retention) {
    this.rules =
        new TrainingRules(
            Map.of(RECIPE.name(), RECIPE),
            List.of("mnist")::contains,
            mostRunning,
            mostWaiting,
            new RetryPolicy(3, Duration.ofSeconds(5)),
            retention);
    this.queue = new MemoryQueue(mostRunning, executor, clock);
  }

  /** A rig that runs one job at a time, lets 100 wait, and starts runs on the caller's thread. */
  public TrainingRig() {
    this(1, 100, Runnable::run);
  }

  /** The server starts: jobs from what the journal holds. */
  public TrainingJobs open() {
    return open(JobListener.NONE);
  }

  /** The same, with somebody who hears of events. */
  public TrainingJobs open(JobListener listener) {
    TrainingJobs jobs = prepare(listener);
    jobs.start();
    return jobs;
  }

  /** Jobs of a server that has not started yet. */
  public TrainingJobs prepare() {
    return prepare(JobListener.NONE);
  }

  /** The same, with somebody who hears of events. */
  public TrainingJobs prepare(JobListener listener) {
    return new TrainingJobs(
        journal, trainer, publisher, rules, new JobIds(new Random(7)), queue, clock, listener);
  }

  /** Creates the default job. */
  public TrainingJob create(TrainingJobs jobs) {
    return jobs.create(TrainingOrder.ofRecipe(""), "");
  }

  /** Where events go. */
  public MemoryJournal journal() {
    return journal;
  }

  /** What gives out jobs. */
  public MemoryQueue queue() {
    return queue;
  }

  /** Who trains. */
  public PuppetTrainer trainer() {
    return trainer;
  }

  /** The time. */
  public PuppetClock clock() {
    return clock;
  }

  /** Who publishes. */
  public Publisher publisher() {
    return publisher;
  }

  /** A publisher that counts versions up, or refuses. */
  public static final class Publisher implements ModelPublisher {
    private final List<VersionId> published = new ArrayList<>();
    private final Map<String, VersionId> byJob = new HashMap<>();
    private Optional<RuntimeException> refusal = Optional.empty();
    private Runnable meanwhile = () -> {};

    @Override
    public Optional<VersionId> published(JobRecord job) {
      return Optional.ofNullable(byJob.get(job.id()));
    }

    @Override
    public VersionId publish(JobRecord job, TrainedModel model, Path exportDirectory) {
      meanwhile.run();
      refusal.ifPresent(
          error -> {
            throw error;
          });
      VersionId version = new VersionId(job.spec().model(), published.size() + 1L);
      published.add(version);
      byJob.put(job.id(), version);
      return version;
    }

    /** What was published. */
    public List<VersionId> published() {
      return List.copyOf(published);
    }

    /** Makes it refuse, as it should. */
    public void refuse(ServingException error) {
      refusal = Optional.of(error);
    }

    /** Makes it break. */
    public void breakDown() {
      refusal = Optional.of(new IllegalStateException("/secret/path is broken"));
    }

    /** Does something in the middle of each publish. */
    public void meanwhile(Runnable action) {
      meanwhile = action;
    }
  }
}
