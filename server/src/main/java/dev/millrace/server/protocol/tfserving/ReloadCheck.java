package dev.millrace.server.protocol.tfserving;

import dev.millrace.proto.tfserving.FileSystemStoragePathSourceConfig;
import dev.millrace.proto.tfserving.ModelConfig;
import dev.millrace.proto.tfserving.ModelServerConfig;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.FieldPath;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.rollout.ServedModel;
import dev.millrace.server.rollout.ServedModel.Versions;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/** Checks a list of models before anything is changed. Stateless. */
final class ReloadCheck {
  private static final String PLATFORM = "tensorflow";

  private ReloadCheck() {}

  /**
   * The models of a configuration.
   *
   * @throws ServingException NAME_INVALID, PARAMETER_INVALID or UNSUPPORTED
   */
  static List<ServedModel> models(ModelServerConfig config) {
    switch (config.getConfigCase()) {
      case MODEL_CONFIG_LIST -> {}
      case CUSTOM_MODEL_CONFIG ->
          throw new ServingException(
              ErrorReason.UNSUPPORTED, "custom_model_config is not supported");
      case CONFIG_NOT_SET ->
          throw new ServingException(ErrorReason.PARAMETER_INVALID, "ModelServerConfig is empty");
    }
    Set<String> names = new HashSet<>();
    for (ModelConfig model : config.getModelConfigList().getConfigList()) {
      if (!names.add(model.getName())) {
        throw new ServingException(
            ErrorReason.NAME_INVALID,
            "Illegal to list model "
                + FieldPath.shown(model.getName())
                + " multiple times in config list");
      }
      if (!ModelName.isValid(model.getName())) {
        throw new ServingException(
            ErrorReason.NAME_INVALID,
            "model name '"
                + FieldPath.shown(model.getName())
                + "' is not one that this server takes: a lower-case letter followed by up to 62"
                + " letters, digits, '_' or '-'");
      }
      for (long number : model.getVersionLabelsMap().values()) {
        if (number < 1) {
          throw new ServingException(
              ErrorReason.PARAMETER_INVALID,
              "a label of model " + model.getName() + " names version " + number);
        }
      }
      if (!model.getModelPlatform().isEmpty() && !model.getModelPlatform().equals(PLATFORM)) {
        throw new ServingException(
            ErrorReason.PARAMETER_INVALID,
            "Illegal to change a model's platform: model "
                + model.getName()
                + " can only be of platform \"tensorflow\"");
      }
    }
    return config.getModelConfigList().getConfigList().stream().map(ReloadCheck::served).toList();
  }

  private static ServedModel served(ModelConfig model) {
    FileSystemStoragePathSourceConfig.ServableVersionPolicy policy = model.getModelVersionPolicy();
    Versions versions =
        switch (policy.getPolicyChoiceCase()) {
          case ALL -> new Versions.All();
          case SPECIFIC -> new Versions.Specific(numbers(model, policy.getSpecific()));
          case LATEST -> new Versions.Latest(Math.max(1, policy.getLatest().getNumVersions()));
          case POLICYCHOICE_NOT_SET -> new Versions.Latest(1);
        };
    return new ServedModel(
        new ModelName(model.getName()), versions, new TreeMap<>(model.getVersionLabelsMap()));
  }

  private static Set<Long> numbers(
      ModelConfig model,
      FileSystemStoragePathSourceConfig.ServableVersionPolicy.Specific specific) {
    for (long number : specific.getVersionsList()) {
      if (number < 1) {
        throw new ServingException(
            ErrorReason.PARAMETER_INVALID,
            "version " + number + " of model " + model.getName() + " is below 1");
      }
    }
    return new HashSet<>(specific.getVersionsList());
  }
}
