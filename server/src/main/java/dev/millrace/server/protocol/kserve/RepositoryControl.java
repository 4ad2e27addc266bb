package dev.millrace.server.protocol.kserve;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;

/** Brings models into memory and out of it on a caller's word. Thread-safe; may block. */
public interface RepositoryControl {
  /** Refuses as Triton does where the repository alone decides. */
  RepositoryControl NONE =
      new RepositoryControl() {
        @Override
        public void load(ModelName model) {
          throw refusal();
        }

        @Override
        public void unload(ModelName model) {
          throw refusal();
        }

        private ServingException refusal() {
          return new ServingException(
              ErrorReason.VERSION_NOT_READY,
              "explicit model load / unload is not allowed if polling is enabled");
        }
      };

  /**
   * Loads a model and returns when it answers.
   *
   * @throws ServingException when it cannot
   */
  void load(ModelName model);

  /**
   * Lets a model go and returns when it takes no more requests.
   *
   * @throws ServingException when it cannot
   */
  void unload(ModelName model);
}
