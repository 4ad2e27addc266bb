package dev.millrace.server.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Measures the server, beside bare TensorFlow in the same run:
 *
 * <pre>{@code mvn -B -P bench -pl server -am verify -DskipTests}</pre>
 *
 * <p>Writes JSON and charts into {@code target/bench}. Arguments: {@code --quick} for a run that
 * shows only that everything works; {@code --docs FOLDER} to write the figures into {@code
 * performance.md} there, too; and names of scenarios, all by default.
 */
public final class Benchmark {
  private static final List<Scenario> ALL =
      List.of(
          new UnloadedLatency(),
          new Saturation(),
          new Batching(),
          new TrivialModel(),
          new LargeTensors(),
          new Rest(),
          new Wires(),
          new Auth(),
          new Overload(1),
          new Overload(8),
          new Overload(32),
          new SwapUnderLoad(),
          new ShadowCost(),
          new ManySwaps(),
          new ManyPredictions(),
          new TrainingSpeed());

  private Benchmark() {}

  /** Runs it; exits with 1 when a figure misses its bar in a full run. */
  public static void main(String[] arguments) throws Exception {
    List<String> rest = new ArrayList<>(Arrays.asList(arguments));
    boolean quick = rest.remove("--quick");
    int docs = rest.indexOf("--docs");
    Path page = docs < 0 ? null : Path.of(rest.get(docs + 1)).resolve("performance.md");
    List<String> names = docs < 0 ? rest : rest.subList(0, docs);
    List<Scenario> chosen =
        ALL.stream().filter(one -> names.isEmpty() || names.contains(one.name())).toList();
    if (chosen.isEmpty()) {
      throw new IllegalArgumentException(
          "there is no such scenario; there are " + ALL.stream().map(Scenario::name).toList());
    }
    Report report = measure(chosen, quick);
    write(report, chosen, page);
    boolean missed = report.figures().stream().anyMatch(figure -> !figure.holds());
    System.exit(missed && !quick ? 1 : 0);
  }

  /** Measures some scenarios, by name. */
  static Report measure(List<Scenario> scenarios, boolean quick) throws Exception {
    Path folder = Files.createTempDirectory("millrace-bench");
    Report report = new Report();
    try {
      Rig rig = Rig.prepare(folder, quick);
      for (Scenario scenario : scenarios) {
        report.begin(scenario);
        scenario.measure(rig, report);
      }
    } finally {
      BenchServer.delete(folder);
    }
    return report;
  }

  private static void write(Report report, List<Scenario> chosen, Path page) throws IOException {
    PerformancePage.writeFiles(report, chosen, Path.of("target", "bench"));
    if (page != null) {
      Path charts = page.resolveSibling("performance");
      PerformancePage.writeFiles(report, chosen, charts);
      PerformancePage.update(page, charts, ALL);
    }
  }
}
