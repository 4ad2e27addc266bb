package dev.millrace.server.boot.config.tfserving;

import dev.millrace.server.boot.config.ServeOption;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Every flag of TensorFlow Serving's model server, and what becomes of it here. */
public enum TfServingFlag {
  PORT(Form.NUMBER, Fate.USED, "`--port`; 0 takes a free port, where it switches gRPC off there"),
  GRPC_SOCKET_PATH(Form.TEXT, Fate.UNUSED, "there are no UNIX sockets; use `--host` and `--port`"),
  REST_API_PORT(Form.NUMBER, Fate.USED, "`--http-port`; 0 switches HTTP off"),
  REST_API_NUM_THREADS(Form.NUMBER, Fate.UNUSED, "the server chooses its threads"),
  REST_API_TIMEOUT_IN_MS(
      Form.NUMBER, Fate.UNUSED, "a call lasts until its caller's deadline, or until it gives up"),
  REST_API_ENABLE_CORS_SUPPORT(Form.FLAG, Fate.UNUSED, "name the origins in `--http-origins`"),
  ENABLE_BATCHING(
      Form.FLAG,
      Fate.USED,
      "on in any case, and measured for each model; `=false` switches it off for models whose"
          + " `millrace.yaml` does not say otherwise"),
  ALLOW_VERSION_LABELS_FOR_UNAVAILABLE_MODELS(
      Form.FLAG,
      Fate.USED,
      "a label may name a version that the policy does not choose, which is then loaded too"),
  BATCHING_PARAMETERS_FILE(Form.TEXT, Fate.USED, "see below"),
  ENABLE_PER_MODEL_BATCHING_PARAMETERS(
      Form.FLAG, Fate.UNUSED, "use `batching` in the `millrace.yaml` beside the model's versions"),
  MODEL_CONFIG_FILE(Form.TEXT, Fate.USED, "see below"),
  MODEL_CONFIG_FILE_POLL_WAIT_SECONDS(
      Form.NUMBER, Fate.USED, "the file is read again as often; 0 and less: never"),
  MODEL_NAME(Form.TEXT, Fate.USED, "the one model that is served, `default` unless told otherwise"),
  MODEL_BASE_PATH(Form.TEXT, Fate.USED, "its folder; without it, the model lies in `--repository`"),
  NUM_LOAD_THREADS(Form.NUMBER, Fate.UNUSED, "versions are loaded one at a time, beside serving"),
  NUM_UNLOAD_THREADS(Form.NUMBER, Fate.UNUSED, "versions are let go one at a time, beside serving"),
  MAX_NUM_LOAD_RETRIES(
      Form.NUMBER,
      Fate.UNUSED,
      "a version that has failed is tried again when its files change, or by LoadVersion"),
  LOAD_RETRY_INTERVAL_MICROS(
      Form.NUMBER,
      Fate.UNUSED,
      "a version that has failed is tried again when its files change, or by LoadVersion"),
  FILE_SYSTEM_POLL_WAIT_SECONDS(
      Form.NUMBER, Fate.USED, "`--scan-interval`; 0 and less: once a year"),
  FLUSH_FILESYSTEM_CACHES(Form.FLAG, Fate.UNUSED, "caches are left to the operating system"),
  TENSORFLOW_SESSION_PARALLELISM(Form.NUMBER, Fate.USED, "`--workers`; 0 is `auto`"),
  TENSORFLOW_SESSION_CONFIG_FILE(
      Form.TEXT, Fate.UNUSED, "use `--workers`, and `execution` in `millrace.yaml`"),
  TENSORFLOW_INTRA_OP_PARALLELISM(
      Form.NUMBER, Fate.UNUSED, "use `--workers`, and `execution` in `millrace.yaml`"),
  TENSORFLOW_INTER_OP_PARALLELISM(
      Form.NUMBER, Fate.UNUSED, "use `--workers`, and `execution` in `millrace.yaml`"),
  USE_ALTS_CREDENTIALS(Form.FLAG, Fate.UNUSED, "there is no ALTS; use `--ssl_config_file`"),
  SSL_CONFIG_FILE(Form.TEXT, Fate.USED, "see below"),
  PLATFORM_CONFIG_FILE(Form.TEXT, Fate.UNUSED, "use `batching` and `execution` in `millrace.yaml`"),
  PER_PROCESS_GPU_MEMORY_FRACTION(Form.TEXT, Fate.UNUSED, "models run on the CPU"),
  SAVED_MODEL_TAGS(Form.TEXT, "serve", "`serve` alone"),
  GRPC_CHANNEL_ARGUMENTS(Form.TEXT, Fate.UNUSED, "limits of connections are set by the server"),
  GRPC_MAX_THREADS(Form.NUMBER, Fate.UNUSED, "the server chooses its threads"),
  ENABLE_MODEL_WARMUP(Form.FLAG, "true", "always"),
  NUM_REQUEST_ITERATIONS_FOR_WARMUP(
      Form.NUMBER, Fate.UNUSED, "the warm-up itself chooses how often it runs a request"),
  VERSION(Form.FLAG, Fate.USED, "`--version`"),
  MONITORING_CONFIG_FILE(Form.TEXT, Fate.USED, "see below"),
  REMOVE_UNUSED_FIELDS_FROM_BUNDLE_METAGRAPH(Form.FLAG, Fate.UNUSED, "there is nothing to set"),
  PREFER_TFLITE_MODEL(Form.FLAG, Fate.UNUSED, "SavedModels alone are served"),
  NUM_TFLITE_POOLS(Form.NUMBER, Fate.UNUSED, "SavedModels alone are served"),
  NUM_TFLITE_INTERPRETERS_PER_POOL(Form.NUMBER, Fate.UNUSED, "SavedModels alone are served"),
  ENABLE_SIGNATURE_METHOD_NAME_CHECK(Form.FLAG, "true", "always"),
  XLA_CPU_COMPILATION_ENABLED(Form.FLAG, "false", "models run without XLA"),
  XLA_GPU_COMPILATION_ENABLED(Form.FLAG, "false", "models run without XLA, on the CPU"),
  ENABLE_PROFILER(Form.FLAG, Fate.UNUSED, "there is no profiler service; metrics tell run times"),
  THREAD_POOL_FACTORY_CONFIG_FILE(Form.TEXT, Fate.UNUSED, "use `--workers`"),
  MIXED_PRECISION(Form.TEXT, Fate.UNUSED, "models run in the precision that they were saved in"),
  SKIP_INITIALIZE_TPU(Form.FLAG, "true", "there are no TPUs"),
  ENABLE_GRPC_HEALTHCHECK_SERVICE(Form.FLAG, "true", "always"),
  ENABLE_SERIALIZATION_AS_TENSOR_CONTENT(
      Form.FLAG,
      Fate.USED,
      "outputs of Predict are `tensor_content`; the header `millrace-tensor-content` says it by"
          + " call");

  /** What values look like. */
  enum Form {
    TEXT,
    NUMBER,
    FLAG
  }

  /** What becomes of a flag. */
  enum Fate {
    /** It is translated. */
    USED,
    /** One value of it is what this server does anyway. */
    ALWAYS,
    /** It has no effect. */
    UNUSED
  }

  private final Form form;
  private final Fate fate;
  private final String always;
  private final String here;

  TfServingFlag(Form form, Fate fate, String here) {
    this.form = form;
    this.fate = fate;
    this.always = "";
    this.here = here;
  }

  TfServingFlag(Form form, String always, String here) {
    this.form = form;
    this.fate = Fate.ALWAYS;
    this.always = always;
    this.here = here;
  }

  /** {@code model_base_path}. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** {@code --model_base_path}. */
  public String option() {
    return "--" + key();
  }

  /** What takes its place here, as Markdown. */
  public String here() {
    return here;
  }

  /** True when it may stand without a value, which means true. */
  public boolean isSwitch() {
    return form == Form.FLAG;
  }

  /** True for a flag that this server has under the same name anyway. */
  public boolean isOwn() {
    return this == VERSION || ServeOption.ofKey(key()).isPresent();
  }

  /** False for a flag that is taken and changes nothing. */
  boolean hasEffect() {
    return fate != Fate.UNUSED;
  }

  boolean accepts(String value) {
    return switch (form) {
      case TEXT -> true;
      case NUMBER -> value.matches("-?[0-9]{1,9}");
      case FLAG -> value.matches("true|false");
    };
  }

  String expected() {
    return form == Form.FLAG ? "true or false" : "a whole number";
  }

  /** The one warning that a value gives; empty for one that has its effect. */
  Optional<String> warning(String value) {
    boolean nothingAsked = isSwitch() && value.equals("false");
    boolean wanting =
        switch (fate) {
          case USED -> false;
          case ALWAYS -> !value.equals(always);
          case UNUSED -> !nothingAsked;
        };
    return wanting
        ? Optional.of(option() + "=" + value + " has no effect here: " + here.replace("`", ""))
        : Optional.empty();
  }

  /** All names, with their dashes. */
  public static List<String> options() {
    return Arrays.stream(values()).map(TfServingFlag::option).toList();
  }
}
