package dev.millrace.server.boot.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * Keeps docs/configuration.md what the option table says; -Dmillrace.updateDocs=true writes it
 * anew.
 */
final class ConfigurationDocTest {
  private static final Path DOCUMENT = Path.of("..", "docs", "configuration.md");

  @Test
  void document_comparedWithTheOptionTable_isUpToDate() throws IOException {
    String expected = render();
    if (Boolean.getBoolean("millrace.updateDocs")) {
      Files.writeString(DOCUMENT, expected);
    }
    assertThat(Files.readString(DOCUMENT)).isEqualTo(expected);
  }

  private static String render() {
    StringBuilder text =
        new StringBuilder(
            """
            # Configuration

            Each option of `millrace serve` can be given on the command line (`--data-dir DIR`), in the environment
            (`MILLRACE_DATA_DIR`) and in a YAML file (`data-dir: DIR`) that `--config` or `MILLRACE_CONFIG` names. The command
            line wins over the environment, the environment over the file. An unknown name is an error. The server logs the
            options in effect, and where each came from, when it starts.

            | option | default | what |
            |---|---|---|
            """);
    for (ServeOption option : ServeOption.values()) {
      String shown = option.defaultValue().isEmpty() ? "none" : "`" + option.defaultValue() + "`";
      text.append("| `").append(option.key()).append("` | ").append(shown).append(" | ");
      text.append(option.help()).append("; ").append(option.kind().description()).append(" |\n");
    }
    return text.append(
            """

            Beside them: `MILLRACE_JAVA_OPTS` adds options of the JVM, `MILLRACE_LOG_LEVEL` sets how much is logged (default
            `INFO`). The client's commands read `MILLRACE_SERVER` (which server to ask), `MILLRACE_CA` (a file: who vouches for it),
            and `MILLRACE_API_KEY`, `MILLRACE_API_KEY_FILE` or `MILLRACE_TOKEN` (who asks).
            """)
        .toString();
  }
}
