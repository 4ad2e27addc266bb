package dev.millrace.server.training;

import dev.millrace.server.model.VersionId;
import dev.millrace.server.repository.Manifest;
import dev.millrace.server.repository.ModelRepository;
import dev.millrace.server.repository.Unwritable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;

/** Publishes into the model repository and has it scanned at once. Thread-safe. */
public final class RepositoryPublisher implements ModelPublisher {
  private final ModelRepository repository;
  private final Runnable scan;
  private final String producer;
  private final InstantSource clock;

  /**
   * A publisher.
   *
   * @param scan makes the server look for new versions now
   * @param producer what manifests name as the writer
   */
  public RepositoryPublisher(
      ModelRepository repository, Runnable scan, String producer, InstantSource clock) {
    this.repository = repository;
    this.scan = scan;
    this.producer = producer;
    this.clock = clock;
  }

  @Override
  public VersionId publish(JobRecord job, TrainedModel model, Path exportDirectory) {
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
            List.of());
    try {
      VersionId version = repository.publish(spec.model(), exportDirectory, manifest);
      scan.run();
      return version;
    } catch (IOException unwritable) {
      throw Unwritable.of(spec.model(), unwritable);
    }
  }
}
