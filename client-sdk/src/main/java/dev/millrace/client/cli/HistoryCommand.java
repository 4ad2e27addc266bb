package dev.millrace.client.cli;

import dev.millrace.client.HistoryEntry;
import dev.millrace.client.MillraceClient;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace history}: who changed what of a model, when and why. */
@Command(
    name = "history",
    mixinStandardHelpOptions = true,
    description = "Shows who changed what of a model, when and why, newest first.")
final class HistoryCommand extends ClientCommand {
  private static final String ROW = "%-20s %-12s %6s %6s  %-16s %s%n";

  @Parameters(paramLabel = "MODEL", description = "model to show")
  private String model = "";

  @Option(
      names = "--most",
      paramLabel = "N",
      defaultValue = "50",
      description = "show at most so many (default: ${DEFAULT-VALUE})")
  private int most;

  @Override
  protected int ask(MillraceClient client) {
    if (most < 1) {
      throw new IllegalArgumentException("--most takes a number from 1");
    }
    List<HistoryEntry> entries = client.model(model).changes().history(most);
    if (isJson()) {
      out()
          .println(
              Json.object()
                  .with("model", model)
                  .with("events", entries.stream().map(HistoryCommand::json).toList())
                  .line());
      return CommandLine.ExitCode.OK;
    }
    out().printf(ROW, "TIME", "ACTION", "FROM", "TO", "BY", "WHY");
    for (HistoryEntry entry : entries) {
      out()
          .printf(
              ROW,
              entry.time().truncatedTo(ChronoUnit.SECONDS),
              entry.action(),
              words(entry.from()),
              words(entry.to()),
              entry.actor(),
              entry.reason());
      new TreeMap<>(entry.evidence())
          .forEach((name, value) -> out().println("    " + name + ": " + value));
    }
    return CommandLine.ExitCode.OK;
  }

  private static String words(OptionalLong version) {
    return version.isPresent() ? Long.toString(version.getAsLong()) : "-";
  }

  private static Map<String, Object> json(HistoryEntry entry) {
    return Json.object()
        .with("time", entry.time().toString())
        .with("actor", entry.actor())
        .with("action", entry.action())
        .with("from_version", entry.from().orElse(0))
        .with("to_version", entry.to().orElse(0))
        .with("reason", entry.reason())
        .with("evidence", new TreeMap<>(entry.evidence()))
        .fields();
  }
}
