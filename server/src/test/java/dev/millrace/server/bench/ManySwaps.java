package dev.millrace.server.bench;

import java.util.ArrayList;
import java.util.List;

/** Memory over many changes of version. */
final class ManySwaps implements Scenario {
  private static final int SWAPS = 200;

  @Override
  public String name() {
    return "swaps";
  }

  @Override
  public String description() {
    return "200 times a new version is published, loaded and warmed up, and the old one withdrawn, with some calls in"
        + " between; resident memory after each.";
  }

  @Override
  public void measure(Rig rig, Report report) throws Exception {
    int count = rig.count(SWAPS);
    int tenth = Math.max(1, count / 10);
    byte[] request = rig.digits(8);
    List<Chart.Point> memory = new ArrayList<>();
    double early = 0;
    try (BenchServer server = rig.server(rig.mnist(), "", "--check-models", "inspect");
        Load load = server.load()) {
      for (int swap = 1; swap <= count; swap++) {
        server.publish(swap + 1);
        server.awaitAvailable(swap + 1);
        server.withdraw(swap);
        load.closedLoop(request, 2, rig.time().dividedBy(40));
        double megabytes = server.cost().residentBytes() / 1e6;
        memory.add(new Chart.Point(swap, megabytes));
        early = swap == tenth ? megabytes : early;
      }
    }
    double last = memory.get(memory.size() - 1).y();
    report.add("resident after " + tenth + " swaps", "MB", early);
    report.add("resident after " + count + " swaps", "MB", last);
    report.add(
        "resident after " + count + " over after " + tenth,
        "",
        Series.of(last / early),
        Figure.Bar.atMost(1.05));
    report.add(
        new Chart(
            name(),
            "Resident memory over swaps of the digit model",
            "swaps",
            "MB",
            List.of(new Chart.Line("resident", memory))));
  }
}
