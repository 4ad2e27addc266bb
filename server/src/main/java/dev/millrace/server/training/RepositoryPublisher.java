package dev.millrace.server.training;

import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.registry.HistoryEvent;
import dev.millrace.server.registry.Publications;
import dev.millrace.server.registry.VersionRecord;
import dev.millrace.server.repository.Manifest;
import dev.millrace.server.repository.ModelRepository;
import dev.millrace.server.repository.SignaturePolicy;
import dev.millrace.server.repository.Unwritable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Publishes into the model repository and has it scanned at once. Thread-safe. */
public final class RepositoryPublisher implements ModelPublisher {
  private static final Logger log = LoggerFactory.getLogger(RepositoryPublisher.class);

  private final ModelRepository repository;
  private final Publications publications;
  private final Runnable scan;
  private final String producer;
  private final InstantSource clock;
  private final SignaturePolicy signatures;

  /**
   * A publisher.
   *
   * @param publications writes down what was published
   * @param scan makes the server look for new versions now
   * @param producer what manifests name as the writer
   * @param signatures signs what is published, where the server has a key
   */
  public RepositoryPublisher(
      ModelRepository repository,
      Publications publications,
      Runnable scan,
      String producer,
      InstantSource clock,
      SignaturePolicy signatures) {
    this.signatures = signatures;
    this.repository = repository;
    this.publications = publications;
    this.scan = scan;
    this.producer = producer;
    this.clock = clock;
  }

  @Override
  public void requirePublishable(ModelName model) {
    try {
      repository.requirePublishable(model);
    } catch (IOException readOnly) {
      throw Unwritable.of(model, readOnly);
    }
    signatures.checkTrainable(model);
  }

  @Override
  public Optional<VersionId> published(JobRecord job) {
    try {
      return repository.trained(job.spec().model(), job.id());
    } catch (IOException unreadable) {
      throw Unwritable.of(job.spec().model(), unreadable);
    }
  }

  /** One at a time, so that two tries of one job cannot both find that it has published nothing. */
  @Override
  public synchronized VersionId publish(JobRecord job, TrainedModel model, Path exportDirectory) {
    Optional<VersionId> earlier = published(job);
    if (earlier.isPresent()) {
      return earlier.get();
    }
    TrainingSpec spec = job.spec();
    Manifest manifest =
        new Manifest(
            producer,
            spec.recipe(),
            job.id(),
            spec.parameters(),
            spec.seed(),
            spec.dataset(),
            model.datasetDigest(),
            model.metrics(),
            clock.instant(),
            List.of(),
            spec.parent().map(VersionId::number).orElse(0L),
            "");
    try {
      VersionId version =
          repository.publish(spec.model(), exportDirectory, manifest, signatures::seal);
      record(version, manifest);
      scan.run();
      return version;
    } catch (IOException unwritable) {
      throw Unwritable.of(spec.model(), unwritable);
    }
  }

  /** What this server made itself needs no check. Without the note it is checked like any other. */
  private void record(VersionId version, Manifest manifest) {
    try {
      publications.published(
          new VersionRecord(
              version,
              repository.digest(version).orElse(""),
              manifest.trainingJob(),
              manifest.datasetDigest(),
              manifest.parent(),
              manifest.createTime(),
              true),
          HistoryEvent.BY_ITSELF,
          "trained by job " + manifest.trainingJob(),
          new TreeMap<>());
    } catch (RuntimeException unwritable) {
      log.warn("it could not be written down that {} was published", version, unwritable);
    }
  }
}
