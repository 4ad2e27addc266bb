package dev.millrace.server.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Writes a report: JSON, charts, and the tables of a page between its marks. Stateless. */
final class PerformancePage {
  private static final String BEGIN = "<!-- figures: begin -->";
  private static final String END = "<!-- figures: end -->";

  private PerformancePage() {}

  /** Writes {@code results.json} and an SVG for each chart. */
  static void writeFiles(Report report, Path folder) throws IOException {
    Files.createDirectories(folder);
    ObjectMapper json = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    ObjectNode root = json.createObjectNode();
    root.put("machine", Machine.describe());
    ArrayNode figures = root.putArray("figures");
    for (Figure figure : report.figures()) {
      ObjectNode node = figures.addObject();
      node.put("scenario", figure.scenario());
      node.put("name", figure.name());
      node.put("unit", figure.unit());
      node.put("median", figure.series().median());
      node.put("lowest", figure.series().lowest());
      node.put("highest", figure.series().highest());
      node.put("rounds", figure.series().rounds());
      node.put("bar", figure.bar().toString());
      node.put("holds", figure.holds());
    }
    root.set("charts", json.valueToTree(report.charts()));
    json.writeValue(folder.resolve("results.json").toFile(), root);
    for (Chart chart : report.charts()) {
      Files.writeString(folder.resolve(chart.name() + ".svg"), Svg.of(chart));
    }
  }

  /**
   * Replaces what stands between the marks of a page.
   *
   * @param charts where the page finds its charts, relative to it
   */
  static void update(Path page, String charts, Report report, List<Scenario> scenarios)
      throws IOException {
    String text = Files.readString(page);
    int begin = text.indexOf(BEGIN);
    int end = text.indexOf(END);
    if (begin < 0 || end < begin) {
      throw new IOException("the page has no marks '" + BEGIN + "' and '" + END + "'");
    }
    Files.writeString(
        page,
        text.substring(0, begin + BEGIN.length())
            + "\n"
            + tables(charts, report, scenarios)
            + text.substring(end));
  }

  private static String tables(String charts, Report report, List<Scenario> scenarios) {
    StringBuilder out = new StringBuilder("\nMeasured on " + Machine.describe() + ".\n");
    out.append("\n| held against a bar | measured | bar | |\n|---|---|---|---|\n");
    for (Figure figure : report.figures()) {
      if (!figure.bar().equals(Figure.Bar.NONE)) {
        out.append("| ").append(figure.scenario()).append(": ").append(figure.name());
        out.append(" | ").append(figure.text()).append(" | ").append(figure.bar());
        out.append(" | ").append(figure.holds() ? "met" : "**missed**").append(" |\n");
      }
    }
    for (Scenario scenario : scenarios) {
      out.append("\n## ").append(scenario.name()).append("\n\n");
      out.append(scenario.description()).append("\n\n| figure | measured |\n|---|---|\n");
      for (Figure figure : report.figures()) {
        if (figure.scenario().equals(scenario.name())) {
          out.append("| ").append(figure.name()).append(" | ").append(figure.text());
          out.append(" |\n");
        }
      }
      for (Chart chart : report.charts()) {
        if (chart.name().equals(scenario.name())) {
          out.append("\n![").append(chart.title()).append("](").append(charts).append('/');
          out.append(chart.name()).append(".svg)\n");
        }
      }
    }
    return out.append('\n').toString();
  }
}
