package dev.millrace.server.boot.config.tfserving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.server.boot.config.ConfigurationException;
import dev.millrace.server.boot.config.ServeOption;
import dev.millrace.server.rollout.ServedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class TfServingCommandLineTest {
  @TempDir private Path folder;

  @Test
  void translate_nothing_isNone() {
    assertThat(TfServingCommandLine.translate(Map.of())).isSameAs(TfServingSetup.NONE);
  }

  @Test
  void translate_nameAndBasePath_serveOneModel() {
    TfServingSetup setup =
        translate(
            TfServingFlag.MODEL_NAME, "mnist", TfServingFlag.MODEL_BASE_PATH, "/models/mnist");
    ServedModel model = setup.models().orElseThrow().get(0);
    assertThat(model.name().id()).isEqualTo("mnist");
    assertThat(model.basePath()).hasValue(Path.of("/models/mnist"));
    assertThat(setup.warnings()).isEmpty();
  }

  @Test
  void translate_basePathAlone_isTheModelDefault() {
    assertThat(
            translate(TfServingFlag.MODEL_BASE_PATH, "/m")
                .models()
                .orElseThrow()
                .get(0)
                .name()
                .id())
        .isEqualTo("default");
  }

  @Test
  void translate_numbers_becomeOptions() {
    TfServingSetup setup =
        translate(
            TfServingFlag.FILE_SYSTEM_POLL_WAIT_SECONDS,
            "30",
            TfServingFlag.TENSORFLOW_SESSION_PARALLELISM,
            "3");
    assertThat(value(setup, ServeOption.SCAN_INTERVAL)).hasValue("30s");
    assertThat(value(setup, ServeOption.WORKERS)).hasValue("3");
    assertThat(setup.options().get(ServeOption.WORKERS).source())
        .isEqualTo("--tensorflow_session_parallelism");
    assertThat(setup.warnings()).isEmpty();
    assertThat(
            value(
                translate(TfServingFlag.FILE_SYSTEM_POLL_WAIT_SECONDS, "0"),
                ServeOption.SCAN_INTERVAL))
        .hasValue("8760h");
    assertThat(
            value(
                translate(TfServingFlag.TENSORFLOW_SESSION_PARALLELISM, "0"), ServeOption.WORKERS))
        .isEmpty();
  }

  @Test
  void translate_batchingSwitchedOff_runsEachRequestAlone() {
    assertThat(translate(TfServingFlag.ENABLE_BATCHING, "false").defaults().batching().enabled())
        .isFalse();
    assertThat(translate(TfServingFlag.ENABLE_BATCHING, "true").defaults().batching().enabled())
        .isTrue();
  }

  @Test
  void translate_batchingFile_givesDefaultsAndWorkers() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("b"), "max_batch_size { value: 4 } num_batch_threads { value: 2 }");
    TfServingSetup setup =
        translate(
            TfServingFlag.ENABLE_BATCHING,
            "true",
            TfServingFlag.BATCHING_PARAMETERS_FILE,
            file.toString());
    assertThat(setup.defaults().batching().maxSize()).isEqualTo(4);
    assertThat(value(setup, ServeOption.WORKERS)).hasValue("2");
    TfServingSetup off =
        translate(
            TfServingFlag.ENABLE_BATCHING,
            "false",
            TfServingFlag.BATCHING_PARAMETERS_FILE,
            file.toString());
    assertThat(off.warnings()).hasSize(1);
    assertThat(off.options()).isEmpty();
  }

  @Test
  void translate_configFile_winsOverNameAndPathWithAWarningEach() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("models"), "model_config_list { config { name: 'a' base_path: '/a' } }");
    TfServingSetup setup =
        translate(
            TfServingFlag.MODEL_CONFIG_FILE,
            file.toString(),
            TfServingFlag.MODEL_CONFIG_FILE_POLL_WAIT_SECONDS,
            "5",
            TfServingFlag.MODEL_NAME,
            "b",
            TfServingFlag.MODEL_BASE_PATH,
            "/b");
    assertThat(setup.models().orElseThrow()).hasSize(1);
    assertThat(setup.poll()).isEqualTo(Duration.ofSeconds(5));
    assertThat(setup.warnings())
        .containsExactly(
            "--model_name has no effect: --model_config_file says what is served",
            "--model_base_path has no effect: --model_config_file says what is served");
  }

  @Test
  void translate_fileThatIsNotThere_namesFlagAndFile() {
    String missing = folder.resolve("nothing").toString();
    assertThatThrownBy(() -> translate(TfServingFlag.MODEL_CONFIG_FILE, missing))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("--model_config_file cannot be read: " + missing);
  }

  @Test
  void translate_wrongValue_saysWhatIsExpected() {
    assertThatThrownBy(() -> translate(TfServingFlag.GRPC_MAX_THREADS, "many"))
        .hasMessage("--grpc_max_threads must be a whole number, and is 'many'");
    assertThatThrownBy(() -> translate(TfServingFlag.ENABLE_BATCHING, "yes"))
        .hasMessage("--enable_batching must be true or false, and is 'yes'");
  }

  @Test
  void translate_emptyValue_isAsGoodAsNone() {
    TfServingSetup setup = translate(TfServingFlag.MODEL_CONFIG_FILE, "");
    assertThat(setup.models()).isEmpty();
    assertThat(setup.warnings()).isEmpty();
  }

  @Test
  void translate_whatIsSoAnyway_warnsOnlyWhenTheContraryIsAskedFor() {
    assertThat(translate(TfServingFlag.ENABLE_MODEL_WARMUP, "true").warnings()).isEmpty();
    assertThat(translate(TfServingFlag.ENABLE_MODEL_WARMUP, "false").warnings())
        .containsExactly("--enable_model_warmup=false has no effect here: always");
    assertThat(translate(TfServingFlag.SAVED_MODEL_TAGS, "serve").warnings()).isEmpty();
    assertThat(translate(TfServingFlag.SAVED_MODEL_TAGS, "serve,gpu").warnings()).hasSize(1);
    assertThat(translate(TfServingFlag.USE_ALTS_CREDENTIALS, "false").warnings()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(TfServingFlag.class)
  void translate_flagWithoutEffect_givesOneWarningThatNamesIt(TfServingFlag flag) {
    if (flag.warning("7").isEmpty()) {
      return;
    }
    String value = flag.isSwitch() ? "true" : "7";
    if (flag.warning(value).isPresent()) {
      assertThat(translate(flag, value).warnings())
          .singleElement()
          .satisfies(
              warning ->
                  assertThat(warning).startsWith(flag.option() + "=").contains("has no effect"));
    }
  }

  private static Optional<String> value(TfServingSetup setup, ServeOption option) {
    return Optional.ofNullable(setup.options().get(option)).map(sourced -> sourced.value());
  }

  private static TfServingSetup translate(Object... flagsAndValues) {
    Map<TfServingFlag, String> given = new EnumMap<>(TfServingFlag.class);
    for (int i = 0; i < flagsAndValues.length; i += 2) {
      given.put((TfServingFlag) flagsAndValues[i], (String) flagsAndValues[i + 1]);
    }
    return TfServingCommandLine.translate(given);
  }
}
