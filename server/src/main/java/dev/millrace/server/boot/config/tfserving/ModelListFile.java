package dev.millrace.server.boot.config.tfserving;

import dev.millrace.proto.tfserving.ModelConfig;
import dev.millrace.proto.tfserving.ModelServerConfig;
import dev.millrace.server.boot.config.ConfigurationException;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.protocol.tfserving.ModelLists;
import dev.millrace.server.rollout.ServedModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** TensorFlow Serving's list of models, as a file that may change. Thread-safe. */
public final class ModelListFile {
  private static final TfServingFlag FLAG = TfServingFlag.MODEL_CONFIG_FILE;

  private final Path file;

  ModelListFile(Path file) {
    this.file = file;
  }

  /**
   * The file's text as it is now.
   *
   * @throws ConfigurationException if it cannot be read
   */
  public String text() {
    return TextProto.text(file, FLAG);
  }

  /**
   * The models of a text.
   *
   * @throws ConfigurationException with what is wrong
   */
  public static Content parse(String text) {
    ModelServerConfig.Builder config = ModelServerConfig.newBuilder();
    List<String> warnings = new ArrayList<>(TextProto.parse(text, FLAG, config));
    warnings.addAll(unused(config.getModelConfigList().getConfigList()));
    return new Content(models(config.build(), FLAG.option()), warnings);
  }

  /** The models of a configuration that comes from somewhere. */
  static List<ServedModel> models(ModelServerConfig config, String source) {
    try {
      return ModelLists.of(config);
    } catch (ServingException wrong) {
      throw new ConfigurationException(source + " cannot be used: " + wrong.message());
    }
  }

  @SuppressWarnings("deprecation")
  private static List<String> unused(List<ModelConfig> models) {
    List<String> warnings = new ArrayList<>();
    if (models.stream().anyMatch(ModelConfig::hasLoggingConfig)) {
      warnings.add(FLAG.option() + ": logging_config has no effect; requests are not logged");
    }
    if (models.stream().anyMatch(model -> model.getModelTypeValue() != 0)) {
      warnings.add(FLAG.option() + ": model_type has no effect; models are TensorFlow's");
    }
    return warnings;
  }

  /**
   * What a text says.
   *
   * @param models in their order
   * @param warnings of fields without effect
   */
  public record Content(List<ServedModel> models, List<String> warnings) {}
}
