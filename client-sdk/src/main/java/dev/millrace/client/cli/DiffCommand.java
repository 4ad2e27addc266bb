package dev.millrace.client.cli;

import dev.millrace.client.Difference;
import dev.millrace.client.MillraceClient;
import dev.millrace.client.VersionDiff;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code millrace diff}: how two versions of a model differ. */
@Command(
    name = "diff",
    mixinStandardHelpOptions = true,
    description = "Shows how two versions differ: training, figures, ops, files and signatures.")
final class DiffCommand extends ClientCommand {
  private static final String NOTHING = "-";

  @Parameters(index = "0", paramLabel = "MODEL", description = "model")
  private String model = "";

  @Parameters(index = "1", paramLabel = "BASE", description = "version to compare with")
  private long base;

  @Parameters(index = "2", paramLabel = "CHANGED", description = "version that is compared")
  private long changed;

  @Override
  protected int ask(MillraceClient client) {
    VersionDiff diff = client.model(model).diff(base, changed);
    if (isJson()) {
      out().println(Json.write(json(diff)));
      return CommandLine.ExitCode.OK;
    }
    print("signatures", diff.signatures());
    print("training", diff.parameters());
    print("figures", diff.metrics());
    print("ops", diff.ops());
    print("files (bytes)", diff.files());
    out()
        .println(
            diff.breaking()
                ? "callers of version " + base + " would break with version " + changed
                : "callers of version " + base + " can use version " + changed + " as well");
    return CommandLine.ExitCode.OK;
  }

  private void print(String title, List<Difference> differences) {
    if (differences.isEmpty()) {
      return;
    }
    out().println(title);
    int width = differences.stream().mapToInt(one -> one.name().length()).max().orElse(0);
    for (Difference one : differences) {
      out()
          .printf(
              "  %s  %s -> %s%s%n",
              one.name() + " ".repeat(width - one.name().length()),
              shown(one.base()),
              shown(one.changed()),
              one.breaking() ? "   BREAKING" : "");
    }
  }

  private static String shown(String value) {
    return value.isEmpty() ? NOTHING : value;
  }

  private static Map<String, Object> json(VersionDiff diff) {
    return Json.object()
        .with("breaking", diff.breaking())
        .with("signatures", json(diff.signatures()))
        .with("parameters", json(diff.parameters()))
        .with("metrics", json(diff.metrics()))
        .with("ops", json(diff.ops()))
        .with("files", json(diff.files()))
        .fields();
  }

  private static List<Map<String, Object>> json(List<Difference> differences) {
    return differences.stream()
        .map(
            one ->
                Json.object()
                    .with("name", one.name())
                    .with("base", one.base())
                    .with("changed", one.changed())
                    .with("breaking", one.breaking())
                    .fields())
        .toList();
  }
}
