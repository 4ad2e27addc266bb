package dev.millrace.server.protocol.kserve;

import dev.millrace.server.model.ModelName;
import java.util.concurrent.CompletionStage;

/** Brings models into memory and out of it on a caller's word. Thread-safe. */
public interface RepositoryControl {
  /**
   * Loads a model.
   *
   * @param actor who asks
   * @return complete when it answers; or a {@link dev.millrace.server.model.ServingException}
   */
  CompletionStage<Void> load(ModelName model, String actor);

  /**
   * Lets a model go.
   *
   * @param actor who asks
   * @return complete when it is out of memory; or a {@link
   *     dev.millrace.server.model.ServingException}
   */
  CompletionStage<Void> unload(ModelName model, String actor);
}
