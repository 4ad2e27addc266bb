package dev.millrace.client.cli;

import dev.millrace.client.UsageDimension;
import dev.millrace.client.UsageReport;
import dev.millrace.client.UsageRow;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Prints usage, as columns for people, or as CSV or JSON for programs. Stateless. */
final class UsageTable {
  private static final String FORMULA = "=+-@\t\r";
  private static final double NANOS = 1e9;
  private static final String COLUMNS =
      "time,caller,model,version,requests,examples,bytes_in,bytes_out,compute_seconds,"
          + "training_seconds,saved_seconds,cost,currency";

  private UsageTable() {}

  static void csv(UsageReport report, PrintWriter out) {
    out.print(COLUMNS + "\r\n");
    for (UsageRow row : report.rows()) {
      List<String> cells =
          List.of(
              row.time().map(Instant::toString).orElse(""),
              row.caller(),
              row.model(),
              Long.toString(row.version()),
              Long.toString(row.requests()),
              Long.toString(row.examples()),
              Long.toString(row.bytesIn()),
              Long.toString(row.bytesOut()),
              exact(row.computeTime()),
              exact(row.trainingTime()),
              exact(row.savedTime()),
              BigDecimal.valueOf(row.cost()).toPlainString(),
              report.currency());
      out.print(String.join(",", cells.stream().map(UsageTable::cell).toList()) + "\r\n");
    }
    out.flush();
  }

  /** A text as RFC 4180 writes it; one that a spreadsheet would run as a formula is disarmed. */
  private static String cell(String text) {
    String plain = !text.isEmpty() && FORMULA.indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
    boolean quoted = plain.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
    return quoted ? '"' + plain.replace("\"", "\"\"") + '"' : plain;
  }

  private static String exact(Duration time) {
    return BigDecimal.valueOf(time.getSeconds())
        .add(BigDecimal.valueOf(time.getNano(), 9))
        .toPlainString();
  }

  static void columns(UsageReport report, Set<UsageDimension> by, PrintWriter out) {
    StringBuilder head = new StringBuilder();
    if (by.contains(UsageDimension.HOUR) || by.contains(UsageDimension.DAY)) {
      head.append(String.format("%-17s ", "TIME"));
    }
    if (by.contains(UsageDimension.CALLER)) {
      head.append(String.format("%-20s ", "CALLER"));
    }
    if (by.contains(UsageDimension.MODEL)) {
      head.append(String.format("%-16s ", "MODEL"));
    }
    if (by.contains(UsageDimension.VERSION)) {
      head.append(String.format("%7s ", "VERSION"));
    }
    out.println(
        head
            + String.format(
                "%10s %10s %12s %12s %11s %11s %11s %12s",
                "REQUESTS",
                "EXAMPLES",
                "BYTES IN",
                "BYTES OUT",
                "COMPUTE",
                "TRAINING",
                "SAVED",
                "COST"));
    report.rows().forEach(row -> out.println(group(row, by) + figures(row, report.currency())));
    report
        .budgets()
        .forEach(
            budget ->
                out.printf(
                    Locale.ROOT,
                    "%nbudget of %s: %.2f of %.2f %s%s",
                    budget.caller(),
                    budget.spent(),
                    budget.budget(),
                    report.currency(),
                    budget.exhausted()
                        ? ", spent until " + budget.renewTime()
                        : budget.warned() ? ", nearly spent" : ""));
    if (!report.budgets().isEmpty()) {
      out.println();
    }
  }

  private static String group(UsageRow row, Set<UsageDimension> by) {
    StringBuilder words = new StringBuilder();
    if (by.contains(UsageDimension.HOUR)) {
      String hour = row.time().map(Instant::toString).orElse("");
      words.append(String.format("%-17s ", hour.replace(":00Z", "Z")));
    } else if (by.contains(UsageDimension.DAY)) {
      String day = row.time().map(Instant::toString).orElse("");
      words.append(String.format("%-17s ", day.replaceAll("T.*", "")));
    }
    if (by.contains(UsageDimension.CALLER)) {
      words.append(String.format("%-20s ", row.caller().isEmpty() ? "(server)" : row.caller()));
    }
    if (by.contains(UsageDimension.MODEL)) {
      words.append(String.format("%-16s ", row.model()));
    }
    if (by.contains(UsageDimension.VERSION)) {
      words.append(String.format("%7s ", row.version() == 0 ? "-" : Long.toString(row.version())));
    }
    return words.toString();
  }

  private static String figures(UsageRow row, String currency) {
    return String.format(
        Locale.ROOT,
        "%10d %10d %12d %12d %9.3f s %9.1f s %9.3f s %12s",
        row.requests(),
        row.examples(),
        row.bytesIn(),
        row.bytesOut(),
        seconds(row.computeTime()),
        seconds(row.trainingTime()),
        seconds(row.savedTime()),
        String.format(Locale.ROOT, "%.4f %s", row.cost(), currency).strip());
  }

  private static double seconds(Duration time) {
    return time.getSeconds() + time.getNano() / NANOS;
  }

  static String json(UsageReport report) {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (UsageRow row : report.rows()) {
      rows.add(
          Json.object()
              .with("time", row.time().map(Instant::toString).orElse(""))
              .with("caller", row.caller())
              .with("model", row.model())
              .with("version", row.version())
              .with("requests", row.requests())
              .with("examples", row.examples())
              .with("bytes_in", row.bytesIn())
              .with("bytes_out", row.bytesOut())
              .with("compute_seconds", seconds(row.computeTime()))
              .with("training_seconds", seconds(row.trainingTime()))
              .with("saved_seconds", seconds(row.savedTime()))
              .with("cost", row.cost())
              .fields());
    }
    return Json.object()
        .with("currency", report.currency())
        .with("usage", rows)
        .with(
            "budgets",
            report.budgets().stream()
                .map(
                    budget ->
                        Json.object()
                            .with("caller", budget.caller())
                            .with("budget", budget.budget())
                            .with("spent", budget.spent())
                            .with("warned", budget.warned())
                            .with("exhausted", budget.exhausted())
                            .with("renew_time", budget.renewTime().toString())
                            .fields())
                .toList())
        .line();
  }
}
