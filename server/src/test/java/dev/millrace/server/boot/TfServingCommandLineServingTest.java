package dev.millrace.server.boot;

import static dev.millrace.server.boot.TfServingRig.label;
import static dev.millrace.server.boot.TfServingRig.latest;
import static dev.millrace.server.boot.TfServingRig.version;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.proto.tensorflow.TensorProto;
import dev.millrace.proto.tfserving.ReloadConfigRequest;
import dev.millrace.server.boot.config.ConfigurationException;
import dev.millrace.server.boot.config.ServeOption;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.testing.Scrape;
import dev.millrace.server.testing.SmallModels;
import dev.millrace.v1.CreateTrainingJobRequest;
import io.grpc.Status;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Servers started with command lines as TensorFlow Serving's users have them. */
@Timeout(120)
final class TfServingCommandLineServingTest {
  @TempDir private Path folder;

  @Test
  void serve_nameAndBasePath_servesTheNewestVersionAndThoseThatCome() throws Exception {
    Path base = folder.resolve("exports/Half_plus.Two");
    SmallModels.doubling(base.resolve("0001"));
    SmallModels.doubling(base.resolve("20200101123456"));
    try (TfServingRig rig =
        TfServingRig.start(
            folder,
            "--model_name=Half_plus.Two",
            "--model_base_path=" + base,
            "--file_system_poll_wait_seconds=1",
            "--rest_api_port=0")) {
      assertThat(rig.warnings)
          .singleElement()
          .satisfies(warning -> assertThat(warning).contains("--host 0.0.0.0"));
      assertThat(rig.answering(latest("Half_plus.Two"))).isEqualTo(20200101123456L);
      assertThat(rig.answering(version("Half_plus.Two", 1))).isZero();
      SmallModels.doubling(base.resolve("20300101123456"));
      rig.awaitAnswer(latest("Half_plus.Two"), 20300101123456L);
      assertThat(folder.resolve("repository/Half_plus.Two")).doesNotExist();
      CreateTrainingJobRequest.Builder training = CreateTrainingJobRequest.newBuilder();
      training.getSpecBuilder().setRecipe("mnist-cnn").setModel("Half_plus.Two");
      assertThatThrownBy(() -> rig.training().createTrainingJob(training.build()))
          .as("a model whose base path is not ours")
          .hasMessageContaining("it is read-only");
      assertThat(rig.server.openTensors()).isZero();
    }
  }

  @Test
  void serve_basePathThatAppearsLater_isServedThen() throws Exception {
    Path base = folder.resolve("exports/late");
    try (TfServingRig rig =
        TfServingRig.start(
            folder,
            "--model_base_path",
            base.toString(),
            "--model_name",
            "late",
            "--scan-interval=50ms")) {
      SmallModels.doubling(base.resolve("1"));
      rig.awaitAnswer(latest("late"), 1);
      // What is loaded stays when the folder is out of reach.
      Files.move(base, folder.resolve("exports/away"));
      rig.server.life().scan();
      rig.server.life().scan();
      assertThat(rig.answering(latest("late"))).isEqualTo(1);
    }
  }

  @Test
  void serve_severalModels_areServedWithPoliciesAndLabelsAndNoOthers() throws Exception {
    SmallModels.doubling(folder.resolve("repository/unlisted/1"));
    SmallModels.doubling(folder.resolve("repository/own/7"));
    for (long number = 1; number <= 3; number++) {
      SmallModels.doubling(folder.resolve("exports/many/" + number));
    }
    Path file =
        Files.writeString(
            folder.resolve("models.config"),
            """
            model_config_list {
              config { name: "own" model_platform: "tensorflow" }
              config {
                name: "many" base_path: "%s" model_platform: "tensorflow"
                model_version_policy { specific { versions: 1 versions: 3 } }
                version_labels { key: "stable" value: 1 }
                version_labels { key: "canary" value: 3 }
                logging_config { sampling_config { sampling_rate: 1 } }
              }
            }
            """
                .formatted(folder.resolve("exports/many")));
    try (TfServingRig rig =
        TfServingRig.start(folder, "--model_config_file=" + file, "--grpc_max_threads=8")) {
      assertThat(rig.answering(latest("own"))).isEqualTo(7);
      assertThat(rig.answering(latest("unlisted"))).isZero();
      assertThat(rig.answering(version("many", 2))).isZero();
      rig.awaitAnswer(label("many", "stable"), 1);
      rig.awaitAnswer(label("many", "canary"), 3);
      assertThat(rig.answering(latest("many"))).isEqualTo(3);
      assertThat(rig.warnings).hasSize(3).doesNotHaveDuplicates();
      assertThat(rig.warnings)
          .anyMatch(warning -> warning.startsWith("--grpc_max_threads=8 has no effect"))
          .anyMatch(warning -> warning.contains("logging_config has no effect"));
    }
  }

  @Test
  void serve_polledFile_isFollowedAndABrokenOneChangesNothing() throws Exception {
    SmallModels.doubling(folder.resolve("exports/a/1"));
    SmallModels.doubling(folder.resolve("exports/b/1"));
    SmallModels.doubling(folder.resolve("exports/b/2"));
    Path file = Files.writeString(folder.resolve("models.config"), list(config("a", "")));
    try (TfServingRig rig =
        TfServingRig.start(
            folder,
            "--model_config_file=" + file,
            "--model_config_file_poll_wait_seconds=1",
            "--scan-interval=50ms")) {
      assertThat(rig.answering(latest("a"))).isEqualTo(1);
      assertThat(rig.answering(latest("b"))).isZero();
      Files.writeString(file, list(config("b", "version_labels { key: 'now' value: 2 }")));
      rig.awaitAnswer(label("b", "now"), 2);
      rig.awaitAnswer(latest("a"), 0);
      Files.writeString(file, "model_config_list { config { name: 'a' ");
      rig.server.lists().poll();
      Files.writeString(file, list(config("a", "") + config("a", "")));
      rig.server.lists().poll();
      Files.delete(file);
      rig.server.lists().poll();
      assertThat(rig.answering(label("b", "now"))).isEqualTo(2);
      // A label may be ahead of its version.
      Files.writeString(
          file, list(config("a", "") + config("b", "version_labels { key: 'now' value: 3 }")));
      rig.awaitAnswer(latest("a"), 1);
      assertThat(rig.answering(label("b", "now"))).isEqualTo(2);
      SmallModels.doubling(folder.resolve("exports/b/3"));
      rig.awaitAnswer(label("b", "now"), 3);
    }
  }

  @Test
  void serve_batchingMonitoringAndContent_haveTheirEffect() throws Exception {
    SmallModels.doubling(folder.resolve("exports/m/1"));
    Path batching =
        Files.writeString(
            folder.resolve("batching.config"),
            "max_batch_size { value: 16 } num_batch_threads { value: 3 }");
    Path monitoring =
        Files.writeString(
            folder.resolve("monitoring.config"),
            "prometheus_config { enable: true path: '/monitoring/prometheus/metrics' }");
    try (TfServingRig rig =
        TfServingRig.start(
            folder,
            "--model_name=m",
            "--model_base_path=" + folder.resolve("exports/m"),
            "--enable_batching",
            "--batching_parameters_file=" + batching,
            "--monitoring_config_file=" + monitoring,
            "--enable_serialization_as_tensor_content=true")) {
      TensorProto y = rig.predict(latest("m")).getOutputsOrThrow("y");
      assertThat(y.getTensorContent().size()).isEqualTo(8);
      assertThat(y.getFloatValCount()).isZero();
      assertThat(
              rig.server
                  .catalog()
                  .settings(new VersionId(new ModelName("m"), 1))
                  .orElseThrow()
                  .batching()
                  .maxSize())
          .isEqualTo(16);
      assertThat(rig.warnings).hasSize(1);
      String address = "127.0.0.1:" + rig.server.managementPort();
      HttpResponse<String> scraped =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(
                          URI.create("http://" + address + "/monitoring/prometheus/metrics"))
                      .build(),
                  HttpResponse.BodyHandlers.ofString());
      assertThat(scraped.statusCode()).isEqualTo(200);
      assertThat(scraped.body()).contains("millrace_requests_seconds_count");
      assertThat(new Scrape(address).lines()).isNotEmpty();
    }
  }

  @Test
  void plan_flagsWithBlanksAndOurOwnOptions_goTogether() {
    ServeCommand.Plan plan =
        TfServingRig.plan(
            folder,
            "--file_system_poll_wait_seconds",
            "5",
            "--enable_batching",
            "--tensorflow_session_parallelism=4",
            "--workers",
            "2",
            "--host",
            "127.0.0.1");
    assertThat(plan.options().scanInterval()).hasSeconds(5);
    assertThat(plan.options().workers()).as("our own option wins").isEqualTo(2);
    assertThat(plan.options().describe())
        .contains(ServeOption.SCAN_INTERVAL.key() + " = 5s (--file_system_poll_wait_seconds)");
    assertThat(plan.setup().warnings()).isEmpty();
  }

  @Test
  void plan_fileThatCannotBeUsed_isRefusedBeforeTheStart() throws Exception {
    Path file = Files.writeString(folder.resolve("models.config"), list("config {}"));
    assertThatThrownBy(() -> TfServingRig.plan(folder, "--model_config_file=" + file))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("--model_config_file cannot be used: model name ''");
  }

  @Test
  void reload_basePaths_mustLieBesideTheOperatorsOrBelowARoot() throws Exception {
    SmallModels.doubling(folder.resolve("exports/a/1"));
    SmallModels.doubling(folder.resolve("exports/b/1"));
    SmallModels.doubling(folder.resolve("elsewhere/c/1"));
    SmallModels.doubling(folder.resolve("roots/d/1"));
    Files.createSymbolicLink(folder.resolve("roots/c"), folder.resolve("elsewhere/c"));
    try (TfServingRig rig =
        TfServingRig.start(
            folder,
            "--model_name=a",
            "--model_base_path=" + folder.resolve("exports/a"),
            "--model-roots=" + folder.resolve("roots"))) {
      for (String path :
          new String[] {"elsewhere/c", "roots/c", "roots/../elsewhere/c", "nowhere/at/all"}) {
        DoorRig.assertRefused(
            () -> reload(rig, "c", folder.resolve(path)),
            Status.Code.INVALID_ARGUMENT,
            "base_path of model c is not below a folder that callers may name");
      }
      assertThat(rig.answering(latest("a"))).isEqualTo(1);
      reload(rig, "b", folder.resolve("exports/b"));
      assertThat(rig.answering(latest("b"))).isEqualTo(1);
      rig.awaitAnswer(latest("a"), 0);
      reload(rig, "d", folder.resolve("roots/d"));
      assertThat(rig.answering(latest("d"))).isEqualTo(1);
      // The list goes on to choose versions after the call.
      SmallModels.doubling(folder.resolve("roots/d/2"));
      rig.awaitAnswer(latest("d"), 2);
      rig.awaitAnswer(version("d", 1), 0);
    }
  }

  private static void reload(TfServingRig rig, String name, Path basePath) {
    ReloadConfigRequest.Builder request = ReloadConfigRequest.newBuilder();
    request
        .getConfigBuilder()
        .getModelConfigListBuilder()
        .addConfigBuilder()
        .setName(name)
        .setBasePath(basePath.toString());
    rig.models().handleReloadConfigRequest(request.build());
  }

  private String config(String name, String more) {
    return "config { name: '%s' base_path: '%s' %s }"
        .formatted(name, folder.resolve("exports").resolve(name), more);
  }

  private static String list(String configs) {
    return "model_config_list { " + configs + " }";
  }
}
