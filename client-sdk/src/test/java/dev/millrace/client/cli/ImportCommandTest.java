package dev.millrace.client.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.client.testing.FakeImports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ImportCommandTest {
  @TempDir private Path folder;
  private final FakeImports imports = new FakeImports();
  private CommandRig rig;

  @BeforeEach
  void start() throws IOException {
    Files.writeString(folder.resolve("saved_model.pb"), "graph");
    rig = CommandRig.start(imports);
  }

  @AfterEach
  void stop() throws InterruptedException {
    rig.close();
  }

  @Test
  void import_folder_endsWithTheVersion() {
    assertThat(
            rig.run(
                "import",
                "m",
                folder.toString(),
                "--parent",
                "3",
                "--param",
                "epochs=5",
                "--metric",
                "test_accuracy=0.9",
                "--reason",
                "better"))
        .as(rig.err())
        .isZero();
    assertThat(rig.out().trim()).isEqualTo("published m version 4 (digest d)");
    assertThat(imports.plan().getParent()).isEqualTo("models/m/versions/3");
    assertThat(imports.plan().getMetricsMap()).containsEntry("test_accuracy", 0.9);
    assertThat(imports.plan().getParametersMap()).containsEntry("epochs", "5");
    assertThat(imports.plan().getReason()).isEqualTo("better");
  }

  @Test
  void import_json_isOneLine() {
    assertThat(rig.run("import", "m", folder.toString(), "--output", "json")).isZero();
    assertThat(rig.out().trim()).isEqualTo("{\"model\":\"m\",\"version\":4,\"digest\":\"d\"}");
  }

  @Test
  void import_refusedModel_failsWithTheReason() {
    imports.refuse();
    assertThat(rig.run("import", "m", folder.toString())).isEqualTo(1);
    assertThat(rig.err()).contains("error: no good (MODEL_REFUSED)");
  }

  @Test
  void import_folderThatIsNone_isWrongUse() {
    assertThat(rig.run("import", "m", folder.resolve("nowhere").toString())).isEqualTo(2);
    assertThat(rig.err()).contains("is no SavedModel: it has no saved_model.pb");
  }
}
