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
import dev.millrace.server.rollout.SetLabel;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a list of models, and checks it before anything is changed. Stateless. */
public final class ModelLists {
  private static final String PLATFORM = "tensorflow";
  private static final Pattern SCHEME = Pattern.compile("([a-z][a-z0-9+.-]*)://");

  private ModelLists() {}

  /**
   * The models of a configuration.
   *
   * @throws ServingException NAME_INVALID, LABEL_INVALID, PARAMETER_INVALID or UNSUPPORTED
   */
  public static List<ServedModel> of(ModelServerConfig config) {
    switch (config.getConfigCase()) {
      case MODEL_CONFIG_LIST -> {}
      case CUSTOM_MODEL_CONFIG ->
          throw new ServingException(
              ErrorReason.UNSUPPORTED, "custom_model_config is not supported");
      case CONFIG_NOT_SET ->
          throw new ServingException(ErrorReason.PARAMETER_INVALID, "ModelServerConfig is empty");
    }
    Map<String, String> names = new HashMap<>();
    for (ModelConfig model : config.getModelConfigList().getConfigList()) {
      checkName(model.getName(), names);
      model
          .getVersionLabelsMap()
          .forEach(
              (label, number) -> {
                SetLabel.check(label);
                if (number < 1) {
                  throw new ServingException(
                      ErrorReason.PARAMETER_INVALID,
                      "a label of model " + model.getName() + " names version " + number);
                }
              });
      if (!model.getModelPlatform().isEmpty() && !model.getModelPlatform().equals(PLATFORM)) {
        throw new ServingException(
            ErrorReason.PARAMETER_INVALID,
            "Illegal to change a model's platform: model "
                + model.getName()
                + " can only be of platform \"tensorflow\"");
      }
    }
    return config.getModelConfigList().getConfigList().stream().map(ModelLists::served).toList();
  }

  private static void checkName(String name, Map<String, String> names) {
    if (!ModelName.isValid(name)) {
      throw new ServingException(
          ErrorReason.NAME_INVALID,
          "model name '"
              + FieldPath.shown(name)
              + "' is not one that this server takes: "
              + ModelName.FORM_IN_WORDS);
    }
    String other = names.put(new ModelName(name).caseless(), name);
    if (name.equals(other)) {
      throw new ServingException(
          ErrorReason.NAME_INVALID,
          "Illegal to list model " + name + " multiple times in config list");
    }
    if (other != null) {
      throw new ServingException(
          ErrorReason.NAME_INVALID,
          "models " + other + " and " + name + " must differ in more than the case of letters");
    }
  }

  private static Optional<Path> basePath(ModelConfig model) {
    String text = model.getBasePath();
    if (text.isEmpty()) {
      return Optional.empty();
    }
    Matcher scheme = SCHEME.matcher(text);
    boolean file = scheme.lookingAt() && scheme.group(1).equals("file");
    try {
      if (scheme.lookingAt() && !file) {
        throw new InvalidPathException("", "remote");
      }
      return Optional.of(Path.of(file ? text.substring(scheme.end()) : text));
    } catch (InvalidPathException noFolder) {
      throw new ServingException(
          ErrorReason.PARAMETER_INVALID,
          "base_path of model "
              + model.getName()
              + " is no folder of this machine, and others are not read; mount or copy the model");
    }
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
        new ModelName(model.getName()),
        basePath(model),
        versions,
        new TreeMap<>(model.getVersionLabelsMap()));
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
