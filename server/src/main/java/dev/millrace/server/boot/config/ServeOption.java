package dev.millrace.server.boot.config;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Every option of {@code millrace serve}. Each is a command-line option ({@code --data-dir}), an
 * environment variable ({@code MILLRACE_DATA_DIR}) and a key of the YAML file ({@code data-dir}).
 */
public enum ServeOption {
  REPOSITORY(OptionKind.PATH, "saved_models", "folder of the model repository"),
  DATA_DIR(OptionKind.PATH, ".millrace", "folder of the server's state, such as training jobs"),
  DATASETS(OptionKind.PATH, "datasets", "folder with a sub-folder for each dataset besides mnist"),
  HOST(OptionKind.TEXT, "127.0.0.1", "address that gRPC and HTTP listen on"),
  PORT(OptionKind.PORT, "8500", "port of gRPC; 0 takes a free one"),
  HTTP_PORT(
      OptionKind.PORT_OR_OFF,
      "8501",
      "port of HTTP, on the address of gRPC; 0 takes a free one, off switches it off"),
  HTTP_HOSTS(
      OptionKind.TEXT,
      "",
      "names that HTTP is called by, such as models.example.org, with commas between; localhost and"
          + " addresses always are, and every name when it listens beyond this machine and none is"
          + " given"),
  HTTP_ORIGINS(
      OptionKind.TEXT,
      "",
      "origins whose pages may call over HTTP, such as https://app.example.org, with commas"
          + " between"),
  TLS_CERTIFICATE(
      OptionKind.FILE,
      "",
      "certificate that gRPC and HTTP show, as PEM, followed by those between it and its root; plain"
          + " text without one; this and the next two files are read again when they change"),
  TLS_KEY(OptionKind.FILE, "", "its private key, as unencrypted PKCS#8 in PEM"),
  TLS_CLIENT_CA(OptionKind.FILE, "", "certificates of those who vouch for callers, as PEM"),
  TLS_CLIENT_CERTIFICATES(
      OptionKind.CLIENT_CERTIFICATES,
      "none",
      "whether callers show a certificate of tls-client-ca; optional also takes those that show"
          + " none"),
  MANAGEMENT_HOST(OptionKind.TEXT, "127.0.0.1", "address that metrics and health listen on"),
  MANAGEMENT_PORT(OptionKind.PORT, "8502", "port of metrics and health; 0 takes a free one"),
  MANAGEMENT_TLS(
      OptionKind.MANAGEMENT_TLS,
      "auto",
      "whether that port speaks TLS with tls-certificate; on asks no certificate of callers, mutual"
          + " as tls-client-certificates says; auto is mutual where there is a certificate and"
          + " management-host reaches beyond this machine"),
  METRICS_PATH(OptionKind.TEXT, "/metrics", "path of the metrics on that port, beside /metrics"),
  AUTH(
      OptionKind.AUTH_MODE,
      "auto",
      "whether callers must say who they are; auto asks them once there is an API key, an issuer of"
          + " tokens or a file of certificate roles"),
  JWT_ISSUER(OptionKind.TEXT, "", "issuer whose tokens (JWT) are taken, as their claim iss has it"),
  JWT_AUDIENCE(
      OptionKind.TEXT, "", "audience that the tokens must be for, as their claim aud has it"),
  JWT_KEYS(
      OptionKind.TEXT, "", "where the issuer's keys are, as a JWK set: an https URL, or a file"),
  JWT_ROLES_CLAIM(
      OptionKind.TEXT,
      "roles",
      "claim with the roles, such as predictor:team-a-*; dots lead into objects, as in"
          + " realm_access.roles"),
  CERTIFICATE_ROLES(
      OptionKind.FILE,
      "",
      "YAML file with the roles of client certificates, by name: \"DNS:alice.example.org\": [viewer]"),
  INSECURE(OptionKind.FLAG, "false", "listen beyond this machine although nobody is authenticated"),
  BOOTSTRAP(OptionKind.TEXT, "", "recipe to train first when its model has no version yet"),
  MODEL_ROOTS(
      OptionKind.TEXT,
      "",
      "folders, parted as in PATH, below which HandleReloadConfigRequest may name a base_path"),
  WORKERS(
      OptionKind.COUNT_OR_AUTO, "auto", "requests that run at the same time; auto is one a core"),
  MAX_INPUT_SIZE(
      OptionKind.SIZE, "512MiB", "most bytes of inputs that wait or run; more is refused"),
  MEMORY_BUDGET(
      OptionKind.SIZE_OR_AUTO,
      "auto",
      "most memory of loaded versions; auto is four fifths of what the Java heap may leave free"),
  MAX_MESSAGE_SIZE(OptionKind.SIZE, "64MiB", "largest message taken, at most 2047MiB"),
  MAX_TRAINING_JOBS(OptionKind.COUNT, "1", "training jobs that run at the same time"),
  TRAINING_HEAP(OptionKind.SIZE, "2GiB", "most of the Java heap of a training process"),
  TRAINING_MEMORY(
      OptionKind.SIZE_OR_AUTO,
      "auto",
      "most memory of a training process in all, on Linux; auto is four fifths of the machine's"),
  TRAINING_TRIES(
      OptionKind.COUNT, "3", "tries of a training job whose process or server dies, in all"),
  TRAINING_RETRY_DELAY(
      OptionKind.DURATION,
      "5s",
      "wait before the second try; twice as long before each further one"),
  TRAINING_HEARTBEAT(
      OptionKind.DURATION, "10s", "how often the server says that it holds a job; at least 100ms"),
  CHECKPOINT_INTERVAL(
      OptionKind.DURATION, "30s", "how often a training process keeps its state on disk"),
  KEEP_TRAINING_JOBS(OptionKind.COUNT, "1000", "training jobs that are kept after their end"),
  KEEP_TRAINING_JOBS_FOR(
      OptionKind.DURATION, "2160h", "how long a training job is kept after its end"),
  QUOTAS(
      OptionKind.FILE,
      "",
      "YAML file of what callers may use, what that costs, and their budgets, read anew when it"
          + " changes; docs/usage.md shows it"),
  KEEP_USAGE_FOR(OptionKind.DURATION, "9600h", "how long it is kept what callers used"),
  CHECK_MODELS(
      OptionKind.CHECK_LEVEL,
      "full",
      "what a version must pass before its first load; full tries it in a process of its own"),
  REQUIRE_SIGNATURES(
      OptionKind.FLAG,
      "false",
      "take no version of any model without a trusted signature, whatever its settings say"),
  SIGNATURE_KEYS(
      OptionKind.FILE,
      "",
      "public keys of Ed25519, as PEM, whose signatures of versions are trusted; read at each use"),
  SIGNING_KEY(
      OptionKind.FILE,
      "",
      "private key of Ed25519, as PKCS#8 in PEM, that signs the versions which this server trains"),
  DATASET_SCAN_INTERVAL(
      OptionKind.DURATION, "1m", "how often it looks for datasets whose time is over"),
  AUDIT(OptionKind.FLAG, "true", "write down who changes what; no change is made without"),
  AUDIT_FILE_SIZE(
      OptionKind.SIZE, "16MiB", "size from which on the audit log goes on in another file"),
  MAX_IMPORT_SIZE(OptionKind.SIZE, "4GiB", "most bytes of the files of one upload"),
  SCAN_INTERVAL(OptionKind.DURATION, "500ms", "how often the repository is looked at"),
  DRAIN_DELAY(OptionKind.DURATION, "0s", "from the signal to stop until no new call is taken"),
  DRAIN_TIMEOUT(OptionKind.DURATION, "30s", "longest wait for calls in flight when stopping");

  private final OptionKind kind;
  private final String defaultValue;
  private final String help;

  ServeOption(OptionKind kind, String defaultValue, String help) {
    this.kind = kind;
    this.defaultValue = defaultValue;
    this.help = help;
  }

  /** {@code data-dir}: the key in the file, and the option without its dashes. */
  public String key() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** {@code MILLRACE_DATA_DIR}. */
  public String environmentVariable() {
    return "MILLRACE_" + name();
  }

  /** The form of its values. */
  public OptionKind kind() {
    return kind;
  }

  /** The value when nobody gives one, as text. */
  public String defaultValue() {
    return defaultValue;
  }

  /** One line for a person. */
  public String help() {
    return help;
  }

  /** The option of a key. */
  public static Optional<ServeOption> ofKey(String key) {
    return Arrays.stream(values()).filter(option -> option.key().equals(key)).findFirst();
  }

  /** The option of an environment variable. */
  public static Optional<ServeOption> ofEnvironmentVariable(String variable) {
    return Arrays.stream(values())
        .filter(option -> option.environmentVariable().equals(variable))
        .findFirst();
  }

  /** All keys. */
  public static List<String> keys() {
    return Arrays.stream(values()).map(ServeOption::key).toList();
  }
}
