package dev.millrace.server.bench;

import java.util.List;

/**
 * What one scenario gave, as it is kept in a file of its own, so that a run of some scenarios
 * leaves the records of the others alone.
 *
 * @param name the scenario's name
 * @param description what was done
 * @param machine where
 * @param figures what was measured, in order
 * @param charts pictures of it
 */
record ScenarioRecord(
    String name, String description, String machine, List<Entry> figures, List<Picture> charts) {
  /**
   * A figure.
   *
   * @param measured the median with its unit and the range, for people
   * @param bar what it is held against, in words; empty for nothing
   */
  record Entry(
      String name,
      String unit,
      double median,
      double lowest,
      double highest,
      int rounds,
      String measured,
      String bar,
      boolean holds) {}

  /** A chart, whose picture lies in a file of its name. */
  record Picture(String name, String title) {}

  /** What a report says of a scenario. */
  static ScenarioRecord of(Scenario scenario, Report report) {
    return new ScenarioRecord(
        scenario.name(),
        scenario.description(),
        Machine.describe(),
        report.figures().stream()
            .filter(figure -> figure.scenario().equals(scenario.name()))
            .map(ScenarioRecord::entry)
            .toList(),
        report.charts().stream()
            .filter(chart -> chart.name().equals(scenario.name()))
            .map(chart -> new Picture(chart.name(), chart.title()))
            .toList());
  }

  private static Entry entry(Figure figure) {
    Series series = figure.series();
    return new Entry(
        figure.name(),
        figure.unit(),
        series.median(),
        series.lowest(),
        series.highest(),
        series.rounds(),
        figure.text(),
        figure.bar().toString(),
        figure.holds());
  }
}
