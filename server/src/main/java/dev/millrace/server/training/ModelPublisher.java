package dev.millrace.server.training;

import dev.millrace.server.model.VersionId;
import java.nio.file.Path;

/** Puts a trained model where it is served from. */
@FunctionalInterface
public interface ModelPublisher {
  /**
   * Makes the model the next version.
   *
   * @throws dev.millrace.server.model.ServingException if it cannot be published
   */
  VersionId publish(JobRecord job, TrainedModel model, Path exportDirectory);
}
