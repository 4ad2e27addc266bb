package dev.millrace.server.boot.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.server.security.jwt.JwtSettings;
import dev.millrace.server.security.tls.ClientCertificates;
import dev.millrace.server.security.tls.PemFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class OptionSourcesTest {
  private static final Map<ServeOption, String> OTHERS =
      new EnumMap<>(
          Map.ofEntries(
              Map.entry(ServeOption.REPOSITORY, "r"),
              Map.entry(ServeOption.DATA_DIR, "d"),
              Map.entry(ServeOption.DATASETS, "s"),
              Map.entry(ServeOption.HOST, "127.0.0.2"),
              Map.entry(ServeOption.PORT, "1"),
              Map.entry(ServeOption.HTTP_PORT, "off"),
              Map.entry(ServeOption.HTTP_HOSTS, "models.example.org"),
              Map.entry(ServeOption.HTTP_ORIGINS, "https://app.example.org"),
              Map.entry(ServeOption.TLS_CERTIFICATE, "none.crt"),
              Map.entry(ServeOption.TLS_KEY, "none.key"),
              Map.entry(ServeOption.TLS_CLIENT_CA, "none-ca.crt"),
              Map.entry(ServeOption.TLS_CLIENT_CERTIFICATES, "optional"),
              Map.entry(ServeOption.MANAGEMENT_TLS, "mutual"),
              Map.entry(ServeOption.MANAGEMENT_HOST, "127.0.0.3"),
              Map.entry(ServeOption.MANAGEMENT_PORT, "2"),
              Map.entry(ServeOption.METRICS_PATH, "/scrape"),
              Map.entry(ServeOption.MODEL_ROOTS, "a:b"),
              Map.entry(ServeOption.AUTH, "required"),
              Map.entry(ServeOption.JWT_ISSUER, "https://issuer.example.org"),
              Map.entry(ServeOption.JWT_AUDIENCE, "here"),
              Map.entry(ServeOption.JWT_KEYS, "https://issuer.example.org/keys"),
              Map.entry(ServeOption.JWT_ROLES_CLAIM, "groups"),
              Map.entry(ServeOption.CERTIFICATE_ROLES, "roles.yaml"),
              Map.entry(ServeOption.INSECURE, "true"),
              Map.entry(ServeOption.BOOTSTRAP, "mnist-cnn"),
              Map.entry(ServeOption.WORKERS, "3"),
              Map.entry(ServeOption.MAX_INPUT_SIZE, "4MiB"),
              Map.entry(ServeOption.MAX_MESSAGE_SIZE, "5KiB"),
              Map.entry(ServeOption.MAX_TRAINING_JOBS, "6"),
              Map.entry(ServeOption.TRAINING_HEAP, "7MiB"),
              Map.entry(ServeOption.TRAINING_MEMORY, "13GiB"),
              Map.entry(ServeOption.TRAINING_TRIES, "4"),
              Map.entry(ServeOption.TRAINING_RETRY_DELAY, "14s"),
              Map.entry(ServeOption.TRAINING_HEARTBEAT, "15s"),
              Map.entry(ServeOption.CHECKPOINT_INTERVAL, "16s"),
              Map.entry(ServeOption.KEEP_TRAINING_JOBS, "17"),
              Map.entry(ServeOption.KEEP_TRAINING_JOBS_FOR, "18h"),
              Map.entry(ServeOption.MEMORY_BUDGET, "12GiB"),
              Map.entry(ServeOption.CHECK_MODELS, "inspect"),
              Map.entry(ServeOption.REQUIRE_SIGNATURES, "true"),
              Map.entry(ServeOption.SIGNATURE_KEYS, "public.pem"),
              Map.entry(ServeOption.SIGNING_KEY, "private.pem"),
              Map.entry(ServeOption.QUOTAS, "quotas.yaml"),
              Map.entry(ServeOption.KEEP_USAGE_FOR, "19h"),
              Map.entry(ServeOption.DATASET_SCAN_INTERVAL, "20s"),
              Map.entry(ServeOption.AUDIT, "false"),
              Map.entry(ServeOption.AUDIT_FILE_SIZE, "21MiB"),
              Map.entry(ServeOption.MAX_IMPORT_SIZE, "11GiB"),
              Map.entry(ServeOption.SCAN_INTERVAL, "8ms"),
              Map.entry(ServeOption.DRAIN_DELAY, "9s"),
              Map.entry(ServeOption.DRAIN_TIMEOUT, "10m")));

  @TempDir private Path folder;

  @Test
  void merge_variablesOfTheClientsCommands_areNoneOfItsOptions() {
    Map<String, String> variables =
        Map.of(
            "MILLRACE_SERVER", "localhost:8500",
            "MILLRACE_CA", "ca.crt",
            "MILLRACE_API_KEY", "secret",
            "MILLRACE_API_KEY_FILE", "key",
            "MILLRACE_TOKEN", "secret");
    assertThat(OptionSources.merge(Map.of(), variables, "").describe())
        .noneMatch(line -> line.contains("secret"));
  }

  @Test
  void merge_nothingGiven_takesEveryDefault() {
    ServeOptions options = OptionSources.merge(Map.of(), Map.of(), "");
    assertThat(options.repository()).isEqualTo(Path.of("saved_models"));
    assertThat(options.dataDirectory()).isEqualTo(Path.of(".millrace"));
    assertThat(options.datasets()).isEqualTo(Path.of("datasets"));
    assertThat(options.host()).isEqualTo("127.0.0.1");
    assertThat(options.port()).isEqualTo(8500);
    assertThat(options.httpPort()).hasValue(8501);
    assertThat(options.httpHosts()).isEmpty();
    assertThat(options.httpOrigins()).isEmpty();
    assertThat(options.tls()).isEmpty();
    assertThat(options.managementTls()).isEqualTo(ManagementTls.AUTO);
    assertThat(options.requireSignatures()).isFalse();
    assertThat(options.signatureKeys()).isEmpty();
    assertThat(options.signingKey()).isEmpty();
    assertThat(options.managementHost()).isEqualTo("127.0.0.1");
    assertThat(options.managementPort()).isEqualTo(8502);
    assertThat(options.metricsPath()).isEqualTo("/metrics");
    assertThat(options.modelRoots()).isEmpty();
    assertThat(options.insecure()).isFalse();
    assertThat(options.bootstrap()).isEmpty();
    assertThat(options.workers()).isEqualTo(Runtime.getRuntime().availableProcessors());
    assertThat(options.maxInputBytes()).isEqualTo(512L << 20);
    assertThat(options.maxMessageBytes()).isEqualTo(64 << 20);
    assertThat(options.maxTrainingJobs()).isEqualTo(1);
    assertThat(options.trainingHeap()).isEqualTo("2048m");
    assertThat(options.trainingMemory()).isEmpty();
    assertThat(options.trainingTries()).isEqualTo(3);
    assertThat(options.trainingRetryDelay()).isEqualTo(Duration.ofSeconds(5));
    assertThat(options.trainingHeartbeat()).isEqualTo(Duration.ofSeconds(10));
    assertThat(options.checkpointInterval()).isEqualTo(Duration.ofSeconds(30));
    assertThat(options.keepTrainingJobs()).isEqualTo(1000);
    assertThat(options.keepTrainingJobsFor()).isEqualTo(Duration.ofDays(90));
    assertThat(options.memoryBudget()).isEmpty();
    assertThat(options.checkModels()).isEqualTo(CheckLevel.FULL);
    assertThat(options.quotas()).isEmpty();
    assertThat(options.keepUsageFor()).isEqualTo(Duration.ofDays(400));
    assertThat(options.datasetScanInterval()).isEqualTo(Duration.ofMinutes(1));
    assertThat(options.audit()).isTrue();
    assertThat(options.auditFileBytes()).isEqualTo(16L << 20);
    assertThat(options.maxImportBytes()).isEqualTo(4L << 30);
    assertThat(options.scanInterval()).isEqualTo(Duration.ofMillis(500));
    assertThat(options.drainDelay()).isEqualTo(Duration.ZERO);
    assertThat(options.drainTimeout()).isEqualTo(Duration.ofSeconds(30));
  }

  @Test
  void merge_everythingOnTheCommandLine_takesAll() {
    assertOthers(OptionSources.merge(OTHERS, Map.of(), ""));
  }

  @Test
  void merge_everythingInTheEnvironment_takesAll() {
    Map<String, String> environment = new HashMap<>(Map.of("PATH", "x", "MILLRACE_JAVA_OPTS", "y"));
    OTHERS.forEach((option, value) -> environment.put(option.environmentVariable(), value));
    assertOthers(OptionSources.merge(Map.of(), environment, ""));
  }

  @Test
  void merge_everythingInTheFile_takesAll() throws IOException {
    StringBuilder yaml = new StringBuilder("# options\n");
    OTHERS.forEach(
        (option, value) -> yaml.append(option.key()).append(": ").append(value).append('\n'));
    assertOthers(OptionSources.merge(Map.of(), Map.of(), file(yaml.toString())));
    assertOthers(
        OptionSources.merge(Map.of(), Map.of("MILLRACE_CONFIG", file(yaml.toString())), ""));
  }

  @Test
  void merge_sameOptionInThreePlaces_takesTheNearest() throws IOException {
    String file = file("port: 1\nworkers: 1\nmax-input-size: 1\n");
    ServeOptions options =
        OptionSources.merge(
            Map.of(ServeOption.PORT, "3"),
            Map.of("MILLRACE_PORT", "2", "MILLRACE_WORKERS", "2"),
            file);
    assertThat(options.port()).isEqualTo(3);
    assertThat(options.workers()).isEqualTo(2);
    assertThat(options.maxInputBytes()).isEqualTo(1);
    assertThat(options.describe()).contains("port = 3 (--port)", "workers = 2 (MILLRACE_WORKERS)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"metrics", "", "/healthz/live", "/a b"})
  void merge_metricsPathThatCannotBe_isRefused(String path) {
    assertWrong(
        () -> OptionSources.merge(Map.of(ServeOption.METRICS_PATH, path), Map.of(), ""),
        "metrics-path must be a path such as '/metrics'");
  }

  @Test
  void merge_translatedFlags_yieldToTheCommandLineAlone() {
    ServeOptions options =
        OptionSources.merge(
            Map.of(ServeOption.PORT, "1"),
            Map.of(
                ServeOption.PORT, new OptionSources.Sourced("2", "--their_port"),
                ServeOption.WORKERS, new OptionSources.Sourced("3", "--their_workers")),
            Map.of("MILLRACE_WORKERS", "4", "MILLRACE_MAX_TRAINING_JOBS", "5"),
            "");
    assertThat(options.port()).isEqualTo(1);
    assertThat(options.workers()).isEqualTo(3);
    assertThat(options.maxTrainingJobs()).isEqualTo(5);
    assertThat(options.describe()).contains("workers = 3 (--their_workers)");
    assertThat(options.isDefault(ServeOption.WORKERS)).isFalse();
    assertThat(options.isDefault(ServeOption.HOST)).isTrue();
  }

  @Test
  void merge_unknownNames_nameTheNearest() throws IOException {
    String file = file("prot: 1\n");
    assertWrong(
        () -> OptionSources.merge(Map.of(), Map.of(), file), "'prot'", "did you mean 'port'");
    assertWrong(
        () -> OptionSources.merge(Map.of(), Map.of("MILLRACE_DATADIR", "x"), ""),
        "MILLRACE_DATADIR",
        "did you mean MILLRACE_DATA_DIR");
  }

  @ParameterizedTest
  @CsvSource({
    "PORT, 65536",
    "PORT, -1",
    "PORT, http",
    "INSECURE, yes",
    "WORKERS, 0",
    "MAX_INPUT_SIZE, 1e9",
    "MAX_MESSAGE_SIZE, 64 apples",
    "MAX_MESSAGE_SIZE, 0",
    "DRAIN_TIMEOUT, 30",
    "REPOSITORY, ''"
  })
  void merge_wrongValue_namesOptionValueSourceAndForm(ServeOption option, String value) {
    assertWrong(
        () -> OptionSources.merge(Map.of(), Map.of(option.environmentVariable(), value), ""),
        option.key() + " must be " + option.kind().description(),
        "'" + value + "'",
        option.environmentVariable());
  }

  @Test
  void merge_messageBeyondAnArray_isRefused() {
    assertWrong(
        () -> OptionSources.merge(Map.of(ServeOption.MAX_MESSAGE_SIZE, "2GiB"), Map.of(), ""),
        "2047MiB");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"port: 1\nport: 2\n", "- port\n", "port: [1]\n", "port: {a: 1}\n", "\"", "text"})
  void merge_oddFile_isRefused(String yaml) throws IOException {
    String file = file(yaml);
    assertWrong(() -> OptionSources.merge(Map.of(), Map.of(), file), "options.yaml");
  }

  @Test
  void merge_fileOfOddSizes_isTakenOrRefused() throws IOException {
    assertThat(OptionSources.merge(Map.of(), Map.of(), file("")).port()).isEqualTo(8500);
    String large = file("# " + "x".repeat(1 << 20));
    assertWrong(() -> OptionSources.merge(Map.of(), Map.of(), large), "larger than 1 MiB");
    assertWrong(
        () -> OptionSources.merge(Map.of(), Map.of(), folder.resolve("none").toString()),
        "cannot be read");
  }

  @Test
  void bindRule_beyondLoopback_needsAuthenticationOrInsecure() {
    for (String host : new String[] {"127.0.0.1", "localhost", "::1", "127.9.9.9"}) {
      BindRule.check(OptionSources.merge(Map.of(ServeOption.HOST, host), Map.of(), ""), false);
    }
    for (ServeOption option : new ServeOption[] {ServeOption.HOST, ServeOption.MANAGEMENT_HOST}) {
      ServeOptions open = OptionSources.merge(Map.of(option, "0.0.0.0"), Map.of(), "");
      assertWrong(() -> BindRule.check(open, false), "refusing to listen on 0.0.0.0", "--insecure");
      BindRule.check(open, true);
      BindRule.check(
          OptionSources.merge(
              Map.of(option, "0.0.0.0", ServeOption.INSECURE, "true"), Map.of(), ""),
          false);
    }
  }

  private String file(String yaml) throws IOException {
    return Files.writeString(folder.resolve("options.yaml"), yaml).toString();
  }

  private static void assertWrong(Runnable merge, String... texts) {
    assertThatThrownBy(merge::run)
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContainingAll(texts);
  }

  private static void assertOthers(ServeOptions options) {
    assertThat(OTHERS).as("the test knows every option").hasSize(ServeOption.values().length);
    assertThat(options.repository()).isEqualTo(Path.of("r"));
    assertThat(options.dataDirectory()).isEqualTo(Path.of("d"));
    assertThat(options.datasets()).isEqualTo(Path.of("s"));
    assertThat(options.host()).isEqualTo("127.0.0.2");
    assertThat(options.port()).isEqualTo(1);
    TlsIdentity tls = options.tls().orElseThrow();
    assertThat(tls.source())
        .isEqualTo(
            new PemFiles(
                Path.of("none.crt"), Path.of("none.key"), Optional.of(Path.of("none-ca.crt"))));
    assertThat(tls.clients()).isEqualTo(ClientCertificates.OPTIONAL);
    assertThat(options.managementTls()).isEqualTo(ManagementTls.MUTUAL);
    assertThat(options.managementHost()).isEqualTo("127.0.0.3");
    assertThat(options.managementPort()).isEqualTo(2);
    assertThat(options.metricsPath()).isEqualTo("/scrape");
    assertThat(options.modelRoots()).containsExactly(Path.of("a"), Path.of("b"));
    assertThat(options.insecure()).isTrue();
    assertThat(options.authRequired()).isTrue();
    assertThat(options.jwt())
        .contains(
            new JwtSettings(
                "https://issuer.example.org", "here", "https://issuer.example.org/keys", "groups"));
    assertThat(options.certificateRoles()).contains(Path.of("roles.yaml"));
    assertThat(options.bootstrap()).contains("mnist-cnn");
    assertThat(options.workers()).isEqualTo(3);
    assertThat(options.maxInputBytes()).isEqualTo(4L << 20);
    assertThat(options.maxMessageBytes()).isEqualTo(5 << 10);
    assertThat(options.maxTrainingJobs()).isEqualTo(6);
    assertThat(options.trainingHeap()).isEqualTo("7m");
    assertThat(options.trainingMemory()).hasValue(13L << 30);
    assertThat(options.trainingTries()).isEqualTo(4);
    assertThat(options.trainingRetryDelay()).isEqualTo(Duration.ofSeconds(14));
    assertThat(options.trainingHeartbeat()).isEqualTo(Duration.ofSeconds(15));
    assertThat(options.checkpointInterval()).isEqualTo(Duration.ofSeconds(16));
    assertThat(options.keepTrainingJobs()).isEqualTo(17);
    assertThat(options.keepTrainingJobsFor()).isEqualTo(Duration.ofHours(18));
    assertThat(options.memoryBudget()).hasValue(12L << 30);
    assertThat(options.checkModels()).isEqualTo(CheckLevel.INSPECT);
    assertThat(options.requireSignatures()).isTrue();
    assertThat(options.signatureKeys()).hasValue(Path.of("public.pem"));
    assertThat(options.signingKey()).hasValue(Path.of("private.pem"));
    assertThat(options.quotas()).hasValue(Path.of("quotas.yaml"));
    assertThat(options.keepUsageFor()).isEqualTo(Duration.ofHours(19));
    assertThat(options.datasetScanInterval()).isEqualTo(Duration.ofSeconds(20));
    assertThat(options.audit()).isFalse();
    assertThat(options.auditFileBytes()).isEqualTo(21L << 20);
    assertThat(options.maxImportBytes()).isEqualTo(11L << 30);
    assertThat(options.scanInterval()).isEqualTo(Duration.ofMillis(8));
    assertThat(options.drainDelay()).isEqualTo(Duration.ofSeconds(9));
    assertThat(options.drainTimeout()).isEqualTo(Duration.ofMinutes(10));
  }
}
