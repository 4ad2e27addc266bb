package dev.millrace.server.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The benchmark in its short form: it still works, whatever the figures. */
@Timeout(600)
class BenchmarkIT {
  private static final List<Scenario> SCENARIOS =
      List.of(
          new UnloadedLatency(),
          new Batching(),
          new Rest(),
          new Wires(),
          new Overload(8),
          new SwapUnderLoad(),
          new ManySwaps(),
          new TrainingSpeed());

  @TempDir Path folder;

  @Test
  void benchmark_shortForm_losesNoCallAndWritesItsPage() throws Exception {
    Report report = Benchmark.measure(SCENARIOS, true);

    assertThat(report.figures())
        .filteredOn(figure -> figure.name().startsWith("failed calls of"))
        .singleElement()
        .satisfies(failed -> assertThat(failed.series().median()).isZero());
    assertThat(report.figures())
        .filteredOn(figure -> figure.unit().endsWith("/s"))
        .hasSizeGreaterThan(5)
        .allSatisfy(rate -> assertThat(rate.series().median()).isPositive());

    Path page = folder.resolve("performance.md");
    Files.writeString(
        page,
        "# Speed\n<!-- figures: begin -->\nfigures of the year before\n<!-- figures: end -->\nend\n");
    Path records = folder.resolve("performance");
    PerformancePage.writeFiles(report, SCENARIOS, records);
    PerformancePage.update(page, records, SCENARIOS);
    assertThat(Files.readString(page))
        .contains("## swap-under-load", "(performance/swaps.svg)", "| batching on |")
        .doesNotContain("figures of the year before")
        .endsWith("end\n");
    String before = Files.readString(page);
    List<Scenario> one = List.of(SCENARIOS.get(0));
    PerformancePage.writeFiles(report, one, records);
    PerformancePage.update(page, records, SCENARIOS);
    assertThat(page).as("the others' records stay").hasContent(before);
    assertThat(folder.resolve("performance/batching.svg")).content().contains("<svg", "<rect");
  }
}
