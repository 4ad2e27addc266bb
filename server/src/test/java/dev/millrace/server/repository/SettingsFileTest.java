package dev.millrace.server.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.server.model.AdmissionSettings;
import dev.millrace.server.model.BakeLimits;
import dev.millrace.server.model.BatchingSettings;
import dev.millrace.server.model.CacheSettings;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ExecutionMode;
import dev.millrace.server.model.ModelSettings;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.ShadowSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SettingsFileTest {
  @Test
  void parse_everyKey_isRead() {
    assertThat(
            SettingsFile.parse(
                """
                execution: all-cores
                batching:
                  enabled: true
                  max-size: 64
                  allowed-sizes: [8, 32, 64]
                  max-delay: 2 ms
                  latency-target: 1s
                admission:
                  max-requests: 100
                  max-size: 1 MiB
                  max-wait: 5m
                cache:
                  max-size: 2GiB
                  time-to-live: 1h
                  across-callers: true
                """))
        .isEqualTo(
            new ModelSettings(
                ExecutionMode.ALL_CORES,
                new BatchingSettings(
                    true, 64, List.of(8, 32, 64), Duration.ofMillis(2), Duration.ofSeconds(1)),
                new AdmissionSettings(100, 1 << 20, Duration.ofMinutes(5)),
                new CacheSettings(2L << 30, Duration.ofHours(1), true)));
  }

  @Test
  void parse_shadowAndLimitsOfTheBakePeriod_areRead() {
    ModelSettings settings =
        SettingsFile.parse(
            """
            shadow:
              keep-disagreements: 1000
              keep-inputs: true
            rollout:
              automatic: false
              max-error-rate: 0.5
              max-slow-rate: 1
              latency-ratio: 3.5
              min-agreement: 0
              compare-share: 0.25
            """);
    assertThat(settings.shadow()).isEqualTo(new ShadowSettings(1000, true));
    assertThat(settings.bakeLimits()).isEqualTo(new BakeLimits(false, 0.5, 1, 3.5, 0, 0.25));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", " \n", "# nothing\n", "~", "{}", "batching:\nadmission: {}\ncache: ~"})
  void parse_nothingSaid_isTheDefault(String text) {
    assertThat(SettingsFile.parse(text)).isEqualTo(ModelSettings.DEFAULT);
  }

  @ParameterizedTest
  @ValueSource(strings = {"false", "no", "off"})
  void parse_yamlsWordsForFalse_switchOff(String word) {
    assertThat(SettingsFile.parse("batching: {enabled: " + word + "}").batching().enabled())
        .isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "execution: fast|'execution' must be one of [all-cores, auto, per-core], got 'fast'",
        "execution: [auto]|'execution' must be one of",
        "batching: {enabled: maybe}|'batching.enabled' must be one of [false, true], got 'maybe'",
        "batching: {max-size: 0}|'batching.max-size' must be 'auto' or a whole number from 1",
        "batching: {max-size: -3}|got '-3'",
        "batching: {max-size: 1000001}|from 1 to 1000000, got '1000001'",
        "batching: {max-size: 99999999999999999999}|'batching.max-size' must be",
        "batching: {max-size: 1.5}|got '1.5'",
        "batching: {allowed-sizes: 8}|'batching.allowed-sizes' must be a list",
        "batching: {allowed-sizes: []}|'batching.allowed-sizes' must be a list",
        "batching: {allowed-sizes: [8, 8]}|'batching.allowed-sizes' must be a list",
        "batching: {allowed-sizes: [8, [9]]}|'batching.allowed-sizes' must be a list",
        "batching: {allowed-sizes: {a: 8}}|'batching.allowed-sizes' must be a list",
        "batching: {allowed-sizes: [8], max-size: 7}|'batching.max-size' must be at least 8",
        "batching: {max-delay: 5}|'batching.max-delay' must be a time such as 500ms",
        "batching: {max-delay: -5ms}|got '-5ms'",
        "batching: {latency-target: 0ms}|'batching.latency-target' must be at least 1ms",
        "admission: {max-requests: auto}|'admission.max-requests' must be a whole number",
        "admission: {max-size: 1MB}|'admission.max-size' must be a size such as 512KiB",
        "cache: {across-callers: 1}|'cache.across-callers' must be one of",
        "shadow: {keep-disagreements: 1001}|must be a whole number from 0 to 1000, got '1001'",
        "rollout: {min-agreement: 1.01}|'rollout.min-agreement' must be a number from 0 to 1",
        "rollout: {max-error-rate: NaN}|'rollout.max-error-rate' must be a number from 0 to 1",
        "rollout: {latency-ratio: 0.5}|'rollout.latency-ratio' must be a number from 1 to 1000",
        "cache: 5|'cache' must hold lines of 'key: value'",
        "- a|the file must hold lines of 'key: value'",
        "batchin: {}|unknown key 'batchin'; did you mean 'batching'?",
        "batching: {maxsize: 3}|unknown key 'batching.maxsize'; did you mean 'batching.max-size'?"
      })
  void parse_wrongValue_namesTheKeyAndWhatWasExpected(String text, String message) {
    assertInvalid(text, message);
  }

  @Test
  void parse_duplicatesBrokenYamlOrTwoDocuments_areRefused() {
    assertInvalid("execution: auto\nexecution: per-core\n", "Duplicate");
    assertInvalid("a: [", "it is no YAML");
    assertInvalid("execution: auto\n---\nexecution: per-core\n", "it is no YAML");
  }

  @Test
  void parse_anyText_isSettingsOrSettingsInvalid() {
    Random random = new Random(11);
    String alphabet = "abc:-{}[]&*!|>'\"%@`#,?~ \n\t\u0000\u0007\ud800é0123";
    for (int i = 0; i < 5000; i++) {
      StringBuilder text = new StringBuilder();
      for (int j = random.nextInt(30); j > 0; j--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      try {
        assertThat(SettingsFile.parse(text.toString())).isEqualTo(ModelSettings.DEFAULT);
      } catch (ServingException refused) {
        assertThat(refused.reason()).isEqualTo(ErrorReason.SETTINGS_INVALID);
      }
    }
  }

  @Test
  void text_fileTooLarge_isSaidSo(@TempDir Path folder) throws IOException {
    assertThat(SettingsFile.text(folder)).isEmpty();
    Files.writeString(folder.resolve("millrace.yaml"), "# " + "x".repeat(64 << 10));
    assertInvalid(SettingsFile.text(folder), "it is larger than 64 KiB");
    Files.writeString(folder.resolve("millrace.yaml"), "execution: auto");
    assertThat(SettingsFile.text(folder)).isEqualTo("execution: auto");
  }

  private static void assertInvalid(String text, String message) {
    assertThatThrownBy(() -> SettingsFile.parse(text))
        .isInstanceOfSatisfying(
            ServingException.class,
            error -> {
              assertThat(error.reason()).isEqualTo(ErrorReason.SETTINGS_INVALID);
              assertThat(error.message())
                  .startsWith("the model's millrace.yaml cannot be used: ")
                  .contains(message);
            });
  }
}
