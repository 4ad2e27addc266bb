package dev.millrace.server.training;

import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.VersionId;
import java.nio.file.Path;

/** Puts a trained model where it is served from. */
@FunctionalInterface
public interface ModelPublisher {
  /**
   * Passes for a model that a version can be published of; asked before it is trained.
   *
   * @throws dev.millrace.server.model.ServingException NAME_INVALID or REPOSITORY_UNWRITABLE
   */
  default void requirePublishable(ModelName model) {}

  /**
   * Makes the model the next version.
   *
   * @throws dev.millrace.server.model.ServingException if it cannot be published
   */
  VersionId publish(JobRecord job, TrainedModel model, Path exportDirectory);
}
