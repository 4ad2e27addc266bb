package dev.millrace.server.security.permission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.model.Permission;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Keeps the tables of docs/security.md; -Dmillrace.updateDocs=true writes them anew. */
final class SecurityDocTest {
  private static final Path DOCUMENT = Path.of("..", "docs", "security.md");

  @Test
  void document_comparedWithTheTables_isUpToDate() throws IOException {
    PermissionTable calls = PermissionTable.standard();
    String text = Files.readString(DOCUMENT);
    String expected = part(text, "roles", roles());
    expected = part(expected, "calls", table("Call", calls.rules()));
    expected = part(expected, "routes", table("Route", new HttpTable(calls).routes()));
    if (Boolean.getBoolean("millrace.updateDocs")) {
      Files.writeString(DOCUMENT, expected);
      text = expected;
    }
    assertThat(text).isEqualTo(expected);
  }

  private static String roles() {
    StringBuilder rows = new StringBuilder("| Role");
    for (Permission permission : Permission.values()) {
      rows.append(" | ").append(permission.word());
    }
    rows.append(" |\n|---|---|---|---|---|---|\n");
    for (Role role : Role.values()) {
      rows.append("| ").append(role.word());
      for (Permission permission : Permission.values()) {
        rows.append(role.has(permission) ? " | yes" : " | ");
      }
      rows.append(" |\n");
    }
    return rows.toString();
  }

  private static String table(String what, Map<String, Rule> rules) {
    StringBuilder rows = new StringBuilder("| " + what + " | Needs |\n|---|---|\n");
    rules.forEach(
        (name, rule) ->
            rows.append("| `")
                .append(name.replace("|", "\\|"))
                .append("` | ")
                .append(rule.words())
                .append(" |\n"));
    return rows.toString();
  }

  private static String part(String text, String mark, String content) {
    String begin = "<!-- " + mark + ": begin -->\n";
    String end = "<!-- " + mark + ": end -->";
    int from = text.indexOf(begin) + begin.length();
    int to = text.indexOf(end);
    assertThat(to).as(mark).isGreaterThanOrEqualTo(from);
    return text.substring(0, from) + content + text.substring(to);
  }
}
