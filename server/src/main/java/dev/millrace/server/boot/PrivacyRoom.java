package dev.millrace.server.boot;

import dev.millrace.server.audit.AuditTrail;
import dev.millrace.server.boot.config.ServeOptions;
import dev.millrace.server.dataset.DatasetTrash;
import dev.millrace.server.dataset.Declarations;
import dev.millrace.server.evaluation.Evaluation;
import dev.millrace.server.evaluation.EvaluationResults;
import dev.millrace.server.evaluation.Evaluations;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.privacy.DatasetDeletions;
import dev.millrace.server.privacy.RemovedItem;
import dev.millrace.server.repository.Manifest;
import dev.millrace.server.repository.ModelRepository;
import dev.millrace.server.rollout.VersionLife;
import dev.millrace.server.storage.FileReceiptStore;
import dev.millrace.server.training.TrainingJob;
import dev.millrace.server.training.TrainingJobs;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where datasets are deleted, with everything that the server made of their examples. */
final class PrivacyRoom {
  private static final Logger log = LoggerFactory.getLogger(PrivacyRoom.class);
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final long LOOK_NANOS = Duration.ofMillis(20).toNanos();
  private static final int DEEPEST_LINEAGE = 100;

  private final LearningRoom learning;
  private final ModelRepository repository;
  private final Supplier<TrainingJobs> jobs;
  private final Evaluations evaluations;
  private final DatasetDeletions deletions;
  private final Duration betweenLooks;

  /**
   * A room that does nothing before it is asked.
   *
   * @param jobs the training jobs, once there are any
   */
  PrivacyRoom(
      ServeOptions options,
      LearningRoom learning,
      ModelRepository repository,
      VersionLife life,
      Supplier<TrainingJobs> jobs,
      Evaluations evaluations,
      AuditTrail audit,
      InstantSource clock)
      throws IOException {
    this.learning = learning;
    this.repository = repository;
    this.jobs = jobs;
    this.evaluations = evaluations;
    this.betweenLooks = options.datasetScanInterval();
    deletions =
        new DatasetDeletions(
            new DatasetDeletions.Files(
                learning.datasets(),
                new Declarations(options.datasets()),
                new DatasetTrash(options.datasets())),
            List.of(this::uploads, this::jobs, this::evaluations),
            new VersionsOfData(repository, life, this::comesFrom),
            new FileReceiptStore(options.dataDirectory().resolve("deletions")),
            audit,
            () -> UUID.randomUUID().toString(),
            clock);
  }

  DatasetDeletions deletions() {
    return deletions;
  }

  /**
   * Goes on with what the last stop broke off, and looks from now on for datasets whose time is
   * over.
   *
   * @param executor deletes them
   */
  void start(ScheduledExecutorService timer, Executor executor) {
    hand(executor, deletions::finish);
    timer.scheduleWithFixedDelay(
        () -> hand(executor, deletions::deleteExpired),
        0,
        betweenLooks.toMillis(),
        TimeUnit.MILLISECONDS);
  }

  private static void hand(Executor executor, Runnable work) {
    try {
      executor.execute(
          () -> {
            try {
              work.run();
            } catch (RuntimeException defect) {
              log.error("datasets whose time is over could not be looked for", defect);
            }
          });
    } catch (RejectedExecutionException stopping) {
      log.debug("the server stops", stopping);
    }
  }

  /** When the data was deleted that a version, or one that it was made from, was trained on. */
  Optional<Instant> dataDeleted(VersionId id) {
    VersionId each = id;
    for (int depth = 0; depth < DEEPEST_LINEAGE; depth++) {
      Optional<Manifest> manifest = repository.manifest(each);
      Optional<Instant> deleted = manifest.map(Manifest::datasetDigest).flatMap(deletions::deleted);
      if (deleted.isPresent() || manifest.isEmpty() || manifest.get().parent() == 0) {
        return deleted;
      }
      each = new VersionId(id.model(), manifest.get().parent());
    }
    return Optional.empty();
  }

  private boolean comesFrom(VersionId id, String dataset, String digest) {
    VersionId each = id;
    for (int depth = 0; depth < DEEPEST_LINEAGE; depth++) {
      Optional<Manifest> manifest = repository.manifest(each);
      if (manifest.isEmpty()) {
        return false;
      }
      String trainedOn = manifest.get().datasetDigest();
      boolean same =
          trainedOn.isEmpty() || digest.isEmpty()
              ? manifest.get().dataset().equals(dataset)
              : trainedOn.equals(digest);
      if (same) {
        return true;
      }
      if (manifest.get().parent() == 0) {
        return false;
      }
      each = new VersionId(id.model(), manifest.get().parent());
    }
    return false;
  }

  private List<RemovedItem> uploads(String dataset, String digest) {
    int given = learning.uploads().giveUp(dataset);
    return given == 0
        ? List.of()
        : List.of(new RemovedItem("uploads", given + " under way", 0, ""));
  }

  private List<RemovedItem> jobs(String dataset, String digest) {
    List<RemovedItem> removed = new ArrayList<>();
    List<TrainingJob> all =
        jobs.get().list().stream()
            .filter(job -> job.record().spec().dataset().equals(dataset))
            .toList();
    for (TrainingJob job : all) {
      if (!job.state().isFinal()) {
        cancel(job);
        removed.add(new RemovedItem("jobs", "trainingJobs/" + job.record().id(), 0, ""));
      }
    }
    for (TrainingJob job : all) {
      awaitEnd(job.record().id());
    }
    return removed;
  }

  private void cancel(TrainingJob job) {
    try {
      jobs.get().cancel(job.record().id(), "");
    } catch (ServingException ended) {
      log.info("job {} ends by itself", job.record().id(), ended);
    }
  }

  /** Its state and its staged model are gone when it is no longer at work. */
  private void awaitEnd(String id) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    try {
      while (jobs.get().isAtWork(id)) {
        if (System.nanoTime() - end > 0) {
          log.error("job {} does not end; its state goes when it does", id);
          return;
        }
        LockSupport.parkNanos(LOOK_NANOS);
      }
    } catch (ServingException swept) {
      log.debug("job {} is gone", id, swept);
    }
  }

  private List<RemovedItem> evaluations(String dataset, String digest) {
    List<RemovedItem> removed = new ArrayList<>();
    evaluations
        .forgetExamples(one -> isOn(one, dataset, digest))
        .forEach(
            (id, bytes) ->
                removed.add(new RemovedItem("evaluations", "evaluations/" + id, bytes, "")));
    return removed;
  }

  private static boolean isOn(Evaluation evaluation, String dataset, String digest) {
    EvaluationResults results = evaluation.results();
    return evaluation.spec().dataset().equals(dataset)
        || (results != null && !digest.isEmpty() && results.datasetDigest().equals(digest));
  }
}
