package dev.millrace.server.tensorflow.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.testing.Command;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Damaged, cut off and missing files of a model are refused; none ends the process. */
@Timeout(600)
final class DamagedModelsIT {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"vocabulary", "keras3_export", "tf1_ref_variables"})
  void load_everyDamageToEveryFile_isRefusedOrHarmless(String model) throws Exception {
    Command child =
        Command.run(
            Path.of("").toAbsolutePath(),
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path"),
                DamagedModels.class.getName(),
                folder.toString(),
                model,
                System.getProperty("millrace.flips", "60")));
    String[] lines = child.out().split("\n");
    assertThat(child.exitCode()).as(lines[lines.length - 1] + "\n" + child.err()).isZero();
    assertThat(lines[lines.length - 1]).startsWith("refused ");
    assertThat(child.out()).contains("saved_model.pb absent\nrefused");
  }
}
