package dev.millrace.server.boot.config.tfserving;

import dev.millrace.proto.tfserving.ModelConfig;
import dev.millrace.proto.tfserving.ModelConfigList;
import dev.millrace.proto.tfserving.ModelServerConfig;
import dev.millrace.server.boot.config.ConfigurationException;
import dev.millrace.server.boot.config.OptionSources.Sourced;
import dev.millrace.server.boot.config.ServeOption;
import dev.millrace.server.boot.config.TlsIdentity;
import dev.millrace.server.model.BatchingSettings;
import dev.millrace.server.model.ModelSettings;
import dev.millrace.server.rollout.ServedModel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Translates flags, and reads the files that they name. Used once. */
public final class TfServingCommandLine {
  private static final String NEVER = "8760h";
  private static final String USUAL_NAME = "default";

  private final FlagValues flags;
  private final Map<ServeOption, Sourced> options = new EnumMap<>(ServeOption.class);
  private final List<String> warnings = new ArrayList<>();

  private TfServingCommandLine(FlagValues flags) {
    this.flags = flags;
    warnings.addAll(flags.warnings());
  }

  /**
   * What flags mean.
   *
   * @param given values by flag, as text; without those that this server has itself
   * @throws ConfigurationException for a value or a file that cannot be used
   */
  public static TfServingSetup translate(Map<TfServingFlag, String> given) {
    return given.isEmpty()
        ? TfServingSetup.NONE
        : new TfServingCommandLine(new FlagValues(given)).translate();
  }

  private TfServingSetup translate() {
    restPort();
    scanInterval();
    monitoring();
    ModelSettings defaults = batching();
    Optional<TlsIdentity> tls = tls();
    Optional<TfServingSetup.ListFile> file = file();
    Optional<List<ServedModel>> models = file.isPresent() ? listed(file.get()) : single();
    return new TfServingSetup(
        options,
        defaults,
        models,
        file,
        file.flatMap(there -> flags.positive(TfServingFlag.MODEL_CONFIG_FILE_POLL_WAIT_SECONDS))
            .map(Duration::ofSeconds)
            .orElse(Duration.ZERO),
        tls,
        flags.isOn(TfServingFlag.ENABLE_SERIALIZATION_AS_TENSOR_CONTENT).orElse(false),
        flags.isOn(TfServingFlag.ALLOW_VERSION_LABELS_FOR_UNAVAILABLE_MODELS).orElse(false),
        List.copyOf(warnings));
  }

  private void restPort() {
    flags
        .text(TfServingFlag.REST_API_PORT)
        .ifPresent(
            port ->
                put(
                    ServeOption.HTTP_PORT,
                    port.equals("0") ? "off" : port,
                    TfServingFlag.REST_API_PORT));
  }

  private void scanInterval() {
    TfServingFlag flag = TfServingFlag.FILE_SYSTEM_POLL_WAIT_SECONDS;
    if (flags.text(flag).isPresent()) {
      String interval = flags.positive(flag).map(seconds -> seconds + "s").orElse(NEVER);
      put(ServeOption.SCAN_INTERVAL, interval, flag);
    }
  }

  private void monitoring() {
    Optional<String> path = flags.text(TfServingFlag.MONITORING_CONFIG_FILE);
    if (path.isPresent()) {
      MonitoringFile file = MonitoringFile.read(Path.of(path.get()));
      warnings.addAll(file.warnings());
      file.metricsPath()
          .ifPresent(
              metrics ->
                  put(ServeOption.METRICS_PATH, metrics, TfServingFlag.MONITORING_CONFIG_FILE));
    }
  }

  private ModelSettings batching() {
    Optional<Integer> parallelism = flags.positive(TfServingFlag.TENSORFLOW_SESSION_PARALLELISM);
    parallelism.ifPresent(
        count ->
            put(
                ServeOption.WORKERS,
                count.toString(),
                TfServingFlag.TENSORFLOW_SESSION_PARALLELISM));
    Optional<String> path = flags.text(TfServingFlag.BATCHING_PARAMETERS_FILE);
    if (!flags.isOn(TfServingFlag.ENABLE_BATCHING).orElse(true)) {
      if (path.isPresent()) {
        warnings.add(
            TfServingFlag.BATCHING_PARAMETERS_FILE.option()
                + " has no effect: --enable_batching=false switches batching off");
      }
      return alone();
    }
    if (path.isEmpty()) {
      return ModelSettings.DEFAULT;
    }
    BatchingFile file = BatchingFile.read(Path.of(path.get()));
    warnings.addAll(file.warnings());
    if (file.workers().isPresent()) {
      if (parallelism.isPresent()) {
        warnings.add(
            TfServingFlag.TENSORFLOW_SESSION_PARALLELISM.option()
                + " has no effect: num_batch_threads of the batching file says how many runs there"
                + " are at a time");
      }
      put(
          ServeOption.WORKERS,
          Integer.toString(file.workers().getAsInt()),
          TfServingFlag.BATCHING_PARAMETERS_FILE);
    }
    return file.defaults();
  }

  private static ModelSettings alone() {
    ModelSettings usual = ModelSettings.DEFAULT;
    BatchingSettings batching = usual.batching();
    return new ModelSettings(
        usual.execution(),
        new BatchingSettings(
            false,
            batching.maxSize(),
            batching.allowedSizes(),
            batching.maxDelay(),
            batching.latencyTarget()),
        usual.admission(),
        usual.cache());
  }

  private Optional<TlsIdentity> tls() {
    Optional<Path> path = flags.text(TfServingFlag.SSL_CONFIG_FILE).map(Path::of);
    Optional<SslFile> file = path.map(SslFile::read);
    file.ifPresent(read -> warnings.addAll(read.warnings()));
    return file.flatMap(read -> path.map(read::identity));
  }

  private Optional<TfServingSetup.ListFile> file() {
    Optional<String> path = flags.text(TfServingFlag.MODEL_CONFIG_FILE);
    if (path.isEmpty()) {
      if (flags.text(TfServingFlag.MODEL_CONFIG_FILE_POLL_WAIT_SECONDS).isPresent()) {
        warnings.add(
            TfServingFlag.MODEL_CONFIG_FILE_POLL_WAIT_SECONDS.option()
                + " has no effect without --model_config_file");
      }
      return Optional.empty();
    }
    for (TfServingFlag flag : List.of(TfServingFlag.MODEL_NAME, TfServingFlag.MODEL_BASE_PATH)) {
      if (flags.text(flag).isPresent()) {
        warnings.add(flag.option() + " has no effect: --model_config_file says what is served");
      }
    }
    ModelListFile file = new ModelListFile(Path.of(path.get()));
    return Optional.of(new TfServingSetup.ListFile(file, file.text()));
  }

  private Optional<List<ServedModel>> listed(TfServingSetup.ListFile file) {
    ModelListFile.Content content = ModelListFile.parse(file.text());
    warnings.addAll(content.warnings());
    return Optional.of(content.models());
  }

  private Optional<List<ServedModel>> single() {
    Optional<String> name = flags.text(TfServingFlag.MODEL_NAME);
    Optional<String> basePath = flags.text(TfServingFlag.MODEL_BASE_PATH);
    if (name.isEmpty() && basePath.isEmpty()) {
      return Optional.empty();
    }
    ModelConfig model =
        ModelConfig.newBuilder()
            .setName(name.orElse(USUAL_NAME))
            .setBasePath(basePath.orElse(""))
            .build();
    return Optional.of(
        ModelListFile.models(
            ModelServerConfig.newBuilder()
                .setModelConfigList(ModelConfigList.newBuilder().addConfig(model))
                .build(),
            "--model_name or --model_base_path"));
  }

  private void put(ServeOption option, String value, TfServingFlag flag) {
    options.put(option, new Sourced(value, flag.option()));
  }
}
