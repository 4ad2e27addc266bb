package dev.millrace.server.gate;

import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.training.JobRecord;
import dev.millrace.server.training.ModelPublisher;
import dev.millrace.server.training.TrainedModel;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/** Publishes what was trained, and brings it before the gate. Thread-safe. */
public final class GatedPublisher implements ModelPublisher {
  private final ModelPublisher publisher;
  private final Policies policies;
  private final Consumer<ModelName> keepChampion;
  private final Gate gate;

  /**
   * A publisher before a gate.
   *
   * @param keepChampion makes the version that answers now the champion, where there is none: a new
   *     version would answer else, before it is judged
   */
  public GatedPublisher(
      ModelPublisher publisher, Policies policies, Consumer<ModelName> keepChampion, Gate gate) {
    this.publisher = publisher;
    this.policies = policies;
    this.keepChampion = keepChampion;
    this.gate = gate;
  }

  /** Refuses as well what a policy that cannot be used would refuse after the training. */
  @Override
  public void requirePublishable(ModelName model) {
    publisher.requirePublishable(model);
    policies.find(model);
  }

  /** Brings before the gate what a try has published that ended before the gate heard of it. */
  @Override
  public Optional<VersionId> published(JobRecord job) {
    Optional<VersionId> version = publisher.published(job);
    version.ifPresent(gate::onPublished);
    return version;
  }

  @Override
  public VersionId publish(JobRecord job, TrainedModel model, Path exportDirectory) {
    ModelName name = job.spec().model();
    if (policies.has(name)) {
      keepChampion.accept(name);
    }
    VersionId version = publisher.publish(job, model, exportDirectory);
    gate.onPublished(version);
    return version;
  }
}
