package dev.millrace.server.training;

import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.VersionId;
import java.nio.file.Path;
import java.util.Optional;

/** Puts a trained model where it is served from. */
@FunctionalInterface
public interface ModelPublisher {
  /**
   * Passes for a model that a version can be published of; asked before it is trained.
   *
   * @throws dev.millrace.server.model.ServingException NAME_INVALID or REPOSITORY_UNWRITABLE
   */
  default void requirePublishable(ModelName model) {}

  /** The version that a job has published already, if it has. */
  default Optional<VersionId> published(JobRecord job) {
    return Optional.empty();
  }

  /**
   * Makes the model the next version; a job that has published one gets that, however often and by
   * whomever it is called.
   *
   * @throws dev.millrace.server.model.ServingException if it cannot be published
   */
  VersionId publish(JobRecord job, TrainedModel model, Path exportDirectory);
}
