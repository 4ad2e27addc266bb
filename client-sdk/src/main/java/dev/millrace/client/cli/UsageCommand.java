package dev.millrace.client.cli;

import dev.millrace.client.MillraceClient;
import dev.millrace.client.UsageDimension;
import dev.millrace.client.UsageReport;
import dev.millrace.client.UsageRequest;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code millrace usage}: what callers used, and what it costs. */
@Command(
    name = "usage",
    mixinStandardHelpOptions = true,
    description = "Shows what callers used, and what it costs by the server's prices.")
final class UsageCommand extends ClientCommand {
  @Option(
      names = "--by",
      split = ",",
      paramLabel = "DIMENSION",
      defaultValue = "model,day",
      description =
          "what rows are told apart by: caller, model, version, hour, day (default:"
              + " ${DEFAULT-VALUE})")
  private List<String> by = List.of();

  @Option(
      names = "--since",
      paramLabel = "TIME",
      description = "first day or time, as 2026-01-31 or 2026-01-31T12:00Z (default: this month)")
  private String since = "";

  @Option(names = "--until", paramLabel = "TIME", description = "the end of it (default: now)")
  private String until = "";

  @Option(names = "--caller", paramLabel = "CALLER", description = "of this caller alone")
  private String caller = "";

  @Option(names = "--model", paramLabel = "MODEL", description = "of this model alone")
  private String model = "";

  @Option(names = "--csv", description = "print a table for spreadsheets")
  private boolean csv;

  @Override
  protected int ask(MillraceClient client) {
    Set<UsageDimension> dimensions = EnumSet.noneOf(UsageDimension.class);
    by.forEach(name -> dimensions.add(dimension(name)));
    UsageReport report =
        client
            .usage()
            .report(
                new UsageRequest(
                    time("--since", since),
                    time("--until", until),
                    List.copyOf(dimensions),
                    caller,
                    model));
    if (csv) {
      UsageTable.csv(report, out());
    } else if (isJson()) {
      out().println(UsageTable.json(report));
    } else {
      UsageTable.columns(report, dimensions, out());
    }
    return CommandLine.ExitCode.OK;
  }

  private static UsageDimension dimension(String name) {
    try {
      return UsageDimension.valueOf(name.strip().toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException unknown) {
      throw new IllegalArgumentException(
          "--by takes caller, model, version, hour and day, with commas between", unknown);
    }
  }

  private static Optional<Instant> time(String option, String text) {
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          text.indexOf('T') < 0
              ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
              : OffsetDateTime.parse(text).toInstant());
    } catch (DateTimeParseException other) {
      throw new IllegalArgumentException(
          option + " takes a day or a time such as 2026-01-31 or 2026-01-31T12:00Z", other);
    }
  }
}
