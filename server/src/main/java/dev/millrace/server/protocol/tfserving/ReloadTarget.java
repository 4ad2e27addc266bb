package dev.millrace.server.protocol.tfserving;

import dev.millrace.server.rollout.ServedModel;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Takes a new list of models in the place of what is served. Thread-safe. */
@FunctionalInterface
public interface ReloadTarget {
  /**
   * Serves these models and no others.
   *
   * @param actor who asks
   * @return complete when the list holds; or a {@link dev.millrace.server.model.ServingException}
   */
  CompletionStage<Void> replace(List<ServedModel> models, String actor);
}
