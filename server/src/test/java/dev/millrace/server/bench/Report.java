package dev.millrace.server.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What the scenarios found, in order. Not thread-safe. */
final class Report {
  private final List<Figure> figures = new ArrayList<>();
  private final List<Chart> charts = new ArrayList<>();
  private String scenario = "";

  /** What follows belongs to this scenario. */
  void begin(Scenario next) {
    scenario = next.name();
    System.out.println("== " + scenario);
  }

  void add(String name, String unit, Series series, Figure.Bar bar) {
    Figure figure = new Figure(scenario, name, unit, series, bar);
    figures.add(figure);
    String verdict =
        bar.equals(Figure.Bar.NONE)
            ? ""
            : "   [" + bar + ": " + (figure.holds() ? "met" : "MISSED") + "]";
    System.out.println(String.format(Locale.ROOT, "  %-62s %s%s", name, figure.text(), verdict));
  }

  void add(String name, String unit, Series series) {
    add(name, unit, series, Figure.Bar.NONE);
  }

  void add(String name, String unit, double value) {
    add(name, unit, Series.of(value));
  }

  void add(Chart chart) {
    charts.add(chart);
  }

  List<Figure> figures() {
    return figures;
  }

  List<Chart> charts() {
    return charts;
  }
}
