package dev.millrace.server.boot.config.tfserving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.server.boot.config.ConfigurationException;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.rollout.ServedModel;
import dev.millrace.server.rollout.ServedModel.Versions;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class ModelListFileTest {
  @Test
  void parse_theFileOfTheManual_givesModelsPoliciesAndLabels() {
    ModelListFile.Content content =
        ModelListFile.parse(
            """
            model_config_list {
              config {
                name: 'half_plus_two'
                base_path: '/models/half_plus_two/'
                model_platform: 'tensorflow'
              }
              config {
                name: "ResNet-50.v2"
                base_path: "file:///models/resnet"
                model_platform: "tensorflow"
                model_version_policy { specific { versions: 42 versions: 43 } }
                version_labels { key: 'stable' value: 42 }
                version_labels { key: 'canary' value: 43 }
              }
              config { name: "own" model_version_policy { all {} } }
              config { name: "two" model_version_policy { latest { num_versions: 2 } } }
            }
            """);
    assertThat(content.warnings()).isEmpty();
    assertThat(content.models())
        .containsExactly(
            model("half_plus_two", "/models/half_plus_two", new Versions.Latest(1), Map.of()),
            model(
                "ResNet-50.v2",
                "/models/resnet",
                new Versions.Specific(Set.of(42L, 43L)),
                Map.of("stable", 42L, "canary", 43L)),
            model("own", "", new Versions.All(), Map.of()),
            model("two", "", new Versions.Latest(2), Map.of()));
  }

  @Test
  void parse_fieldsWithoutEffect_areWarnedOfOnce() {
    ModelListFile.Content content =
        ModelListFile.parse(
            """
            model_config_list {
              config {
                name: "a"
                model_type: TENSORFLOW
                logging_config { sampling_config { sampling_rate: 0.1 } }
              }
              config {
                name: "b"
                logging_config { log_collector_config { type: "x" filename_prefix: "y" } }
                session_overrides { what: 1 }
              }
            }
            """);
    assertThat(content.models()).hasSize(2);
    assertThat(content.warnings())
        .containsExactly(
            "--model_config_file: the field 'session_overrides' in line 10 is not known and has no"
                + " effect",
            "--model_config_file: logging_config has no effect; requests are not logged",
            "--model_config_file: model_type has no effect; models are TensorFlow's");
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void parse_whatCannotBe_isRefusedWithTheReason(String models, String why) {
    assertThatThrownBy(() -> ModelListFile.parse("model_config_list { " + models + " }"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(why);
  }

  static Stream<Arguments> wrong() {
    return Stream.of(
        Arguments.of(
            "config { name: 'a' } config { name: 'a' }", "Illegal to list model a multiple times"),
        Arguments.of(
            "config { name: 'a' } config { name: 'A' }",
            "must differ in more than the case of letters"),
        Arguments.of("config { name: '../a' }", "'../a' is not one that this server takes"),
        Arguments.of("config { base_path: '/m' }", "'' is not one that this server takes"),
        Arguments.of(
            "config { name: 'a' model_platform: 'caffe' }", "Illegal to change a model's platform"),
        Arguments.of(
            "config { name: 'a' base_path: 'gs://bucket/a' }", "base_path of model a is no folder"),
        Arguments.of(
            "config { name: 'a' version_labels { key: 'champion' value: 1 } }",
            "'champion' moves by"),
        Arguments.of("config { name: 'a' version_labels { key: 'x/y' value: 1 } }", "a label is"),
        Arguments.of(
            "config { name: 'a' version_labels { key: 'x' value: 0 } }", "names version 0"),
        Arguments.of(
            "config { name: 'a' model_version_policy { specific { versions: 0 } } }", "is below 1"),
        Arguments.of("config { name: 'a'", "--model_config_file cannot be used: 1:"));
  }

  @Test
  void parse_emptyFile_isRefusedAndAnEmptyListIsNot() {
    assertThatThrownBy(() -> ModelListFile.parse(""))
        .hasMessageContaining("ModelServerConfig is empty");
    assertThat(ModelListFile.parse("model_config_list {}").models()).isEmpty();
  }

  private static ServedModel model(
      String name, String basePath, Versions versions, Map<String, Long> labels) {
    return new ServedModel(
        new ModelName(name),
        basePath.isEmpty() ? Optional.empty() : Optional.of(Path.of(basePath)),
        versions,
        new TreeMap<>(labels));
  }
}
