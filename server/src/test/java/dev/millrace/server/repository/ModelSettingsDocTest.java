package dev.millrace.server.repository;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.model.ModelSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Holds docs/model-settings.md to what the server reads. */
final class ModelSettingsDocTest {
  private static final Path DOCUMENT = Path.of("..", "docs", "model-settings.md");
  private static final Pattern ROW =
      Pattern.compile("^\\| `([a-z.-]+)` \\| (none|`[^`]+`) \\| \\S.* \\|$", Pattern.MULTILINE);

  @Test
  void document_comparedWithTheKeysRead_hasEachAndNoOther() throws IOException {
    assertThat(rows().keySet()).isEqualTo(SettingsFile.keys());
  }

  @Test
  void document_itsDefaultsWrittenOut_areWhatHoldsWithoutAFile() throws IOException {
    StringBuilder yaml = new StringBuilder();
    String section = "";
    for (var row : rows().entrySet()) {
      String[] path = row.getKey().split("\\.");
      if (path.length == 2 && !path[0].equals(section)) {
        section = path[0];
        yaml.append(section).append(":\n");
      }
      if (!row.getValue().equals("none")) {
        yaml.append(path.length == 2 ? "  " : "").append(path[path.length - 1]);
        yaml.append(": ").append(row.getValue().replace("`", "")).append('\n');
      }
    }
    assertThat(SettingsFile.parse(yaml.toString())).isEqualTo(ModelSettings.DEFAULT);
    assertThat(SettingsFile.parse("")).isEqualTo(ModelSettings.DEFAULT);
    assertThat(SettingsFile.parse("{}")).isEqualTo(ModelSettings.DEFAULT);
  }

  private static SortedMap<String, String> rows() throws IOException {
    SortedMap<String, String> rows = new TreeMap<>();
    Matcher row = ROW.matcher(Files.readString(DOCUMENT));
    while (row.find()) {
      rows.put(row.group(1), row.group(2));
    }
    return rows;
  }
}
