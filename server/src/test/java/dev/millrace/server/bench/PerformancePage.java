package dev.millrace.server.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps a record of each scenario, as JSON and charts, and writes the tables of a page from all
 * records. Stateless.
 */
final class PerformancePage {
  private static final String BEGIN = "<!-- figures: begin -->";
  private static final String END = "<!-- figures: end -->";
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private PerformancePage() {}

  /** Writes {@code <scenario>.json} for each scenario, and an SVG for each chart. */
  static void writeFiles(Report report, List<Scenario> scenarios, Path folder) throws IOException {
    Files.createDirectories(folder);
    for (Scenario scenario : scenarios) {
      JSON.writeValue(file(folder, scenario), ScenarioRecord.of(scenario, report));
    }
    for (Chart chart : report.charts()) {
      Files.writeString(folder.resolve(chart.name() + ".svg"), Svg.of(chart));
    }
  }

  /**
   * Replaces what stands between the marks of a page.
   *
   * @param folder where the records are, beside the page
   * @param scenarios all scenarios, in the order of the page; one without a record is left out
   */
  static void update(Path page, Path folder, List<Scenario> scenarios) throws IOException {
    String text = Files.readString(page);
    int begin = text.indexOf(BEGIN);
    int end = text.indexOf(END);
    if (begin < 0 || end < begin) {
      throw new IOException("the page has no marks '" + BEGIN + "' and '" + END + "'");
    }
    List<ScenarioRecord> records = new ArrayList<>();
    for (Scenario scenario : scenarios) {
      File file = file(folder, scenario);
      if (file.exists()) {
        records.add(JSON.readValue(file, ScenarioRecord.class));
      }
    }
    Files.writeString(
        page,
        text.substring(0, begin + BEGIN.length())
            + "\n"
            + tables(String.valueOf(folder.getFileName()), records)
            + text.substring(end));
  }

  private static File file(Path folder, Scenario scenario) {
    return folder.resolve(scenario.name() + ".json").toFile();
  }

  private static String tables(String folder, List<ScenarioRecord> records) {
    StringBuilder out = new StringBuilder();
    records.stream()
        .map(ScenarioRecord::machine)
        .distinct()
        .forEach(machine -> out.append("\nMeasured on ").append(machine).append(".\n"));
    out.append("\n| held against a bar | measured | bar | |\n|---|---|---|---|\n");
    for (ScenarioRecord record : records) {
      for (ScenarioRecord.Entry figure : record.figures()) {
        if (!figure.bar().isEmpty()) {
          out.append("| ").append(record.name()).append(": ").append(figure.name());
          out.append(" | ").append(figure.measured()).append(" | ").append(figure.bar());
          out.append(" | ").append(figure.holds() ? "met" : "**missed**").append(" |\n");
        }
      }
    }
    for (ScenarioRecord record : records) {
      out.append("\n## ").append(record.name()).append("\n\n");
      out.append(record.description()).append("\n\n| figure | measured |\n|---|---|\n");
      for (ScenarioRecord.Entry figure : record.figures()) {
        out.append("| ").append(figure.name()).append(" | ").append(figure.measured());
        out.append(" |\n");
      }
      for (ScenarioRecord.Picture chart : record.charts()) {
        out.append("\n![").append(chart.title()).append("](").append(folder).append('/');
        out.append(chart.name()).append(".svg)\n");
      }
    }
    return out.append('\n').toString();
  }
}
