package dev.millrace.client.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.client.testing.FakeImports;
import dev.millrace.client.testing.FakeServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

final class ImportCommandTest {
  @TempDir private Path folder;
  private final FakeImports imports = new FakeImports();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final CommandLine program = new CommandLine(CommandSpec.create().name("millrace"));
  private FakeServer server;

  @BeforeEach
  void start() throws IOException {
    Files.writeString(folder.resolve("saved_model.pb"), "graph");
    server = FakeServer.start(imports);
    ClientCommands.addTo(program);
    program.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
  }

  @AfterEach
  void stop() throws InterruptedException {
    server.close();
  }

  @Test
  void import_folder_endsWithTheVersion() {
    assertThat(
            run(
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
        .as(err.toString())
        .isZero();
    assertThat(out.toString().trim()).isEqualTo("published m version 4 (digest d)");
    assertThat(imports.plan().getParent()).isEqualTo("models/m/versions/3");
    assertThat(imports.plan().getMetricsMap()).containsEntry("test_accuracy", 0.9);
    assertThat(imports.plan().getParametersMap()).containsEntry("epochs", "5");
    assertThat(imports.plan().getReason()).isEqualTo("better");
  }

  @Test
  void import_json_isOneLine() {
    assertThat(run("import", "m", folder.toString(), "--output", "json")).isZero();
    assertThat(out.toString().trim()).isEqualTo("{\"model\":\"m\",\"version\":4,\"digest\":\"d\"}");
  }

  @Test
  void import_refusedModel_failsWithTheReason() {
    imports.refuse();
    assertThat(run("import", "m", folder.toString())).isEqualTo(1);
    assertThat(err.toString()).contains("error: no good (MODEL_REFUSED)");
  }

  @Test
  void import_folderThatIsNone_isWrongUse() {
    assertThat(run("import", "m", folder.resolve("nowhere").toString())).isEqualTo(2);
    assertThat(err.toString()).contains("is no SavedModel: it has no saved_model.pb");
  }

  private int run(String... words) {
    String[] all = new String[words.length + 2];
    System.arraycopy(words, 0, all, 0, words.length);
    all[words.length] = "--server";
    all[words.length + 1] = server.address();
    return program.execute(all);
  }
}
