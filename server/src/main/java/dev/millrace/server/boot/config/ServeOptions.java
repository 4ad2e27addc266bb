package dev.millrace.server.boot.config;

import dev.millrace.server.security.jwt.JwtSettings;
import dev.millrace.server.security.tls.ClientCertificates;
import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/** The effective options of a server. Immutable. */
public final class ServeOptions {
  private static final long LARGEST_MESSAGE = 2047L << 20;
  private static final Duration LEAST_HEARTBEAT = Duration.ofMillis(100);

  private final Map<ServeOption, OptionSources.Sourced> values;

  ServeOptions(Map<ServeOption, OptionSources.Sourced> values) {
    this.values = new EnumMap<>(values);
    if (bytes(ServeOption.MAX_MESSAGE_SIZE) > LARGEST_MESSAGE) {
      throw new ConfigurationException("max-message-size can be at most 2047MiB");
    }
    if (!metricsPath().matches("/[A-Za-z0-9/._~-]*") || metricsPath().startsWith("/healthz")) {
      throw new ConfigurationException(
          "metrics-path must be a path such as '/metrics', and is '" + metricsPath() + "'");
    }
  }

  /** Folder of the model repository. */
  public Path repository() {
    return Path.of(text(ServeOption.REPOSITORY));
  }

  /** Folder of the server's state. */
  public Path dataDirectory() {
    return Path.of(text(ServeOption.DATA_DIR));
  }

  /** Folder of the datasets. */
  public Path datasets() {
    return Path.of(text(ServeOption.DATASETS));
  }

  /** Address of gRPC. */
  public String host() {
    return text(ServeOption.HOST);
  }

  /** Port of gRPC; 0 for a free one. */
  public int port() {
    return Integer.parseInt(text(ServeOption.PORT));
  }

  /** Port of HTTP, on the address of gRPC; 0 for a free one, empty for none. */
  public OptionalInt httpPort() {
    String port = text(ServeOption.HTTP_PORT);
    return port.equals("off") ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(port));
  }

  /** Names that HTTP is called by, in lower case. */
  public Set<String> httpHosts() {
    return list(text(ServeOption.HTTP_HOSTS).toLowerCase(Locale.ROOT));
  }

  /** Origins whose pages may call over HTTP. */
  public Set<String> httpOrigins() {
    return list(text(ServeOption.HTTP_ORIGINS));
  }

  /**
   * What gRPC and HTTP show of themselves; empty for plain text.
   *
   * @throws ConfigurationException if one of the options needs another
   */
  public Optional<TlsIdentity> tls() {
    return TlsFiles.of(
        text(ServeOption.TLS_CERTIFICATE),
        text(ServeOption.TLS_KEY),
        text(ServeOption.TLS_CLIENT_CA),
        ClientCertificates.valueOf(
            text(ServeOption.TLS_CLIENT_CERTIFICATES).toUpperCase(Locale.ROOT)));
  }

  /** When metrics and health speak TLS. */
  public ManagementTls managementTls() {
    return ManagementTls.valueOf(text(ServeOption.MANAGEMENT_TLS).toUpperCase(Locale.ROOT));
  }

  /** Address of metrics and health. */
  public String managementHost() {
    return text(ServeOption.MANAGEMENT_HOST);
  }

  /** Port of metrics and health; 0 for a free one. */
  public int managementPort() {
    return Integer.parseInt(text(ServeOption.MANAGEMENT_PORT));
  }

  /** Path at which metrics are scraped, beside {@code /metrics}. */
  public String metricsPath() {
    return text(ServeOption.METRICS_PATH);
  }

  /** Folders below which callers may name base paths of models. */
  public List<Path> modelRoots() {
    return Arrays.stream(text(ServeOption.MODEL_ROOTS).split(File.pathSeparator, -1))
        .filter(folder -> !folder.isEmpty())
        .map(Path::of)
        .toList();
  }

  /** True when callers must say who they are in any case. */
  public boolean authRequired() {
    return text(ServeOption.AUTH).equals("required");
  }

  /**
   * Whose tokens are taken; empty for nobody's.
   *
   * @throws ConfigurationException if a part is missing or wrong
   */
  public Optional<JwtSettings> jwt() {
    String issuer = text(ServeOption.JWT_ISSUER);
    String audience = text(ServeOption.JWT_AUDIENCE);
    String keys = text(ServeOption.JWT_KEYS);
    if ((issuer + audience + keys).isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new JwtSettings(issuer, audience, keys, text(ServeOption.JWT_ROLES_CLAIM)));
    } catch (IllegalArgumentException unfit) {
      throw new ConfigurationException(String.valueOf(unfit.getMessage()));
    }
  }

  /** File with the roles of client certificates; empty where they say nothing of who calls. */
  public Optional<Path> certificateRoles() {
    return Optional.of(text(ServeOption.CERTIFICATE_ROLES))
        .filter(file -> !file.isEmpty())
        .map(Path::of);
  }

  /** True when listening beyond this machine without authentication is wanted. */
  public boolean insecure() {
    return Boolean.parseBoolean(text(ServeOption.INSECURE));
  }

  /** Recipe to train first. */
  public Optional<String> bootstrap() {
    return Optional.of(text(ServeOption.BOOTSTRAP)).filter(recipe -> !recipe.isEmpty());
  }

  /** Requests that run at the same time. */
  public int workers() {
    String workers = text(ServeOption.WORKERS);
    return workers.equals("auto")
        ? Runtime.getRuntime().availableProcessors()
        : Integer.parseInt(workers);
  }

  /** Bytes of inputs that may wait or run. */
  public long maxInputBytes() {
    return bytes(ServeOption.MAX_INPUT_SIZE);
  }

  /** Bytes that loaded versions may take; empty to choose by the machine. */
  public OptionalLong memoryBudget() {
    return text(ServeOption.MEMORY_BUDGET).equals("auto")
        ? OptionalLong.empty()
        : OptionalLong.of(bytes(ServeOption.MEMORY_BUDGET));
  }

  /** Largest message taken, in bytes. */
  public int maxMessageBytes() {
    return Math.toIntExact(bytes(ServeOption.MAX_MESSAGE_SIZE));
  }

  /** Training jobs that run at the same time. */
  public int maxTrainingJobs() {
    return Integer.parseInt(text(ServeOption.MAX_TRAINING_JOBS));
  }

  /** Most of the heap of a training process, in the form of {@code -Xmx}. */
  public String trainingHeap() {
    return Math.max(1, bytes(ServeOption.TRAINING_HEAP) >> 20) + "m";
  }

  /** Most bytes of a training process; empty to choose by the machine. */
  public OptionalLong trainingMemory() {
    return text(ServeOption.TRAINING_MEMORY).equals("auto")
        ? OptionalLong.empty()
        : OptionalLong.of(bytes(ServeOption.TRAINING_MEMORY));
  }

  /** Tries of a training job in all. */
  public int trainingTries() {
    return Integer.parseInt(text(ServeOption.TRAINING_TRIES));
  }

  /** Wait before the second try. */
  public Duration trainingRetryDelay() {
    return OptionKind.duration(text(ServeOption.TRAINING_RETRY_DELAY));
  }

  /** How often the server says that it holds a job. */
  public Duration trainingHeartbeat() {
    Duration given = OptionKind.duration(text(ServeOption.TRAINING_HEARTBEAT));
    return given.compareTo(LEAST_HEARTBEAT) < 0 ? LEAST_HEARTBEAT : given;
  }

  /** How often a training process keeps its state. */
  public Duration checkpointInterval() {
    return OptionKind.duration(text(ServeOption.CHECKPOINT_INTERVAL));
  }

  /** Training jobs that are kept after their end. */
  public int keepTrainingJobs() {
    return Integer.parseInt(text(ServeOption.KEEP_TRAINING_JOBS));
  }

  /** How long a training job is kept after its end. */
  public Duration keepTrainingJobsFor() {
    return OptionKind.duration(text(ServeOption.KEEP_TRAINING_JOBS_FOR));
  }

  /** File of what callers may use; empty for anything. */
  public Optional<Path> quotas() {
    return Optional.of(text(ServeOption.QUOTAS)).filter(file -> !file.isEmpty()).map(Path::of);
  }

  /** How long it is kept what callers used. */
  public Duration keepUsageFor() {
    return OptionKind.duration(text(ServeOption.KEEP_USAGE_FOR));
  }

  /** What a version must pass before its first load. */
  public CheckLevel checkModels() {
    return CheckLevel.valueOf(text(ServeOption.CHECK_MODELS).toUpperCase(Locale.ROOT));
  }

  /** True when no version is taken without a trusted signature. */
  public boolean requireSignatures() {
    return Boolean.parseBoolean(text(ServeOption.REQUIRE_SIGNATURES));
  }

  /** File of the public keys that are trusted; empty for none. */
  public Optional<Path> signatureKeys() {
    return file(ServeOption.SIGNATURE_KEYS);
  }

  /** File of the private key that signs what is trained; empty for none. */
  public Optional<Path> signingKey() {
    return file(ServeOption.SIGNING_KEY);
  }

  /** Most bytes of the files of one upload. */
  public long maxImportBytes() {
    return bytes(ServeOption.MAX_IMPORT_SIZE);
  }

  /** How often datasets are looked for whose time is over. */
  public Duration datasetScanInterval() {
    return OptionKind.duration(text(ServeOption.DATASET_SCAN_INTERVAL));
  }

  /** True when changes are written down. */
  public boolean audit() {
    return Boolean.parseBoolean(text(ServeOption.AUDIT));
  }

  /** Bytes from which on the audit log goes on in another file. */
  public long auditFileBytes() {
    return bytes(ServeOption.AUDIT_FILE_SIZE);
  }

  /** How often the repository is looked at. */
  public Duration scanInterval() {
    return OptionKind.duration(text(ServeOption.SCAN_INTERVAL));
  }

  /** From the signal to stop until no new call is taken. */
  public Duration drainDelay() {
    return OptionKind.duration(text(ServeOption.DRAIN_DELAY));
  }

  /** Longest wait for calls in flight when stopping. */
  public Duration drainTimeout() {
    return OptionKind.duration(text(ServeOption.DRAIN_TIMEOUT));
  }

  /** True for an option that nobody has given. */
  public boolean isDefault(ServeOption option) {
    OptionSources.Sourced sourced = values.get(option);
    return sourced == null || sourced.source().equals(OptionSources.DEFAULT);
  }

  /** Every option with its value and where that came from, a line each. */
  public List<String> describe() {
    return values.entrySet().stream()
        .map(
            entry ->
                entry.getKey().key()
                    + " = "
                    + entry.getValue().value()
                    + " ("
                    + entry.getValue().source()
                    + ")")
        .toList();
  }

  private static Set<String> list(String text) {
    return Arrays.stream(text.split(","))
        .map(String::strip)
        .filter(word -> !word.isEmpty())
        .collect(Collectors.toUnmodifiableSet());
  }

  private Optional<Path> file(ServeOption option) {
    return Optional.of(text(option)).filter(name -> !name.isEmpty()).map(Path::of);
  }

  private long bytes(ServeOption option) {
    return OptionKind.bytes(text(option));
  }

  private String text(ServeOption option) {
    OptionSources.Sourced sourced = values.get(option);
    return sourced == null ? option.defaultValue() : sourced.value();
  }
}
