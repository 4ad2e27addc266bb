package dev.millrace.server.protocol.tfserving;

import dev.millrace.proto.tfserving.ModelConfig;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import java.util.List;

/** Takes a new list of models in the place of the present one. Thread-safe; may block. */
@FunctionalInterface
public interface ReloadTarget {
  /** Refuses: the repository alone decides. */
  ReloadTarget NONE =
      models -> {
        throw new ServingException(
            ErrorReason.UNSUPPORTED,
            "the models served are those of the repository; publish, label and unload versions"
                + " through millrace.v1.ModelService");
      };

  /**
   * Serves these models and no others.
   *
   * @param models checked: names are well formed and given once, the platform is TensorFlow
   * @throws ServingException when the list cannot be served
   */
  void replace(List<ModelConfig> models);
}
