package dev.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.client.testing.FakeImports;
import dev.millrace.client.testing.FakeServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class ImportTest {
  private static final int LARGE = (5 << 20) + 17;

  @TempDir private Path folder;
  private final FakeImports imports = new FakeImports();
  private final byte[] variables = new byte[LARGE];
  private FakeServer server;
  private MillraceClient client;

  @BeforeEach
  void start() throws IOException {
    new Random(1).nextBytes(variables);
    Files.createDirectories(folder.resolve("variables"));
    Files.writeString(folder.resolve("saved_model.pb"), "graph");
    Files.writeString(folder.resolve("manifest.json"), "{}");
    Files.write(folder.resolve("variables/variables.data"), variables);
    server = FakeServer.start(imports);
    client = MillraceClient.connect(server.address());
  }

  @AfterEach
  void stop() throws InterruptedException {
    client.close();
    server.close();
  }

  @Test
  void importVersion_folder_arrivesWholeWithItsPlan() {
    List<ImportProgress> progress = new ArrayList<>();
    ImportedVersion imported =
        client
            .model("m")
            .importVersion(
                folder,
                ImportOptions.none()
                    .withParent(3)
                    .withParameter("epochs", 5)
                    .withMetric("test_accuracy", 0.9)
                    .withReason("better")
                    .withProgress(progress::add));
    assertThat(imported).isEqualTo(new ImportedVersion("m", 4, "d"));
    assertThat(imports.plan().getModel()).isEqualTo("models/m");
    assertThat(imports.plan().getParent()).isEqualTo("models/m/versions/3");
    assertThat(imports.plan().getParametersMap()).containsEntry("epochs", "5");
    assertThat(imports.plan().getMetricsMap()).containsEntry("test_accuracy", 0.9);
    assertThat(imports.plan().getReason()).isEqualTo("better");
    assertThat(imports.plan().getFilesList())
        .extracting(dev.millrace.v1.ImportFile::getPath)
        .containsExactly("saved_model.pb", "variables/variables.data");
    assertThat(imports.content("variables/variables.data")).isEqualTo(variables);
    assertThat(progress.get(progress.size() - 1))
        .isEqualTo(new ImportProgress(LARGE + 5, LARGE + 5));
  }

  @Test
  void importVersion_connectionBreaksInTheMiddle_sendsOnlyTheRest() {
    imports.breakAfter(3);
    client.model("m").importVersion(folder, ImportOptions.none());
    assertThat(imports.content("variables/variables.data")).isEqualTo(variables);
    assertThat(imports.attempts()).isEqualTo(2);
  }

  @Test
  void importVersion_serverStillChecksAnEarlierAttempt_isAskedAgain() {
    imports.busyFor(1);
    client.model("m").importVersion(folder, ImportOptions.none());
    assertThat(imports.attempts()).isEqualTo(2);
  }

  @Test
  void importVersion_refused_saysWhyAndIsNotTriedAgain() {
    imports.refuse();
    assertThatThrownBy(() -> client.model("m").importVersion(folder, ImportOptions.none()))
        .isInstanceOfSatisfying(
            MillraceException.class,
            failed -> assertThat(failed.reason()).isEqualTo("MODEL_REFUSED"));
    assertThat(imports.attempts()).isEqualTo(1);
  }

  @Test
  void importVersion_link_isRefusedHere() throws IOException {
    Files.createSymbolicLink(folder.resolve("variables/link"), folder.resolve("saved_model.pb"));
    assertThatThrownBy(() -> client.model("m").importVersion(folder, ImportOptions.none()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is a link or no file");
    assertThat(imports.attempts()).isZero();
  }

  @Test
  void importVersion_noSavedModel_isRefusedHere() {
    assertThatThrownBy(
            () ->
                client.model("m").importVersion(folder.resolve("variables"), ImportOptions.none()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has no saved_model.pb");
  }
}
