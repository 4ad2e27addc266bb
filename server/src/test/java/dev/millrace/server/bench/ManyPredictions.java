package dev.millrace.server.bench;

import java.util.ArrayList;
import java.util.List;

/** Memory over many predictions. */
final class ManyPredictions implements Scenario {
  private static final int PREDICTIONS = 1_000_000;
  private static final int STEPS = 50;

  @Override
  public String name() {
    return "predictions";
  }

  @Override
  public String description() {
    return "A million calls of one image by 64 callers; resident memory on the way.";
  }

  @Override
  public void measure(Rig rig, Report report) throws Exception {
    int count = rig.count(PREDICTIONS);
    byte[] request = rig.digits(1);
    List<Chart.Point> memory = new ArrayList<>();
    double early = 0;
    long done = 0;
    try (BenchServer server = rig.server(rig.mnist(), "");
        Load load = server.load()) {
      while (done < count) {
        LoadResult result = load.calls(request, Rig.CALLERS, Math.max(1, count / STEPS));
        done += result.answers();
        double megabytes = server.cost().residentBytes() / 1e6;
        memory.add(new Chart.Point(done / 1e3, megabytes));
        early = early == 0 && done >= count / 10 ? megabytes : early;
      }
    }
    double last = memory.get(memory.size() - 1).y();
    report.add("resident after " + count / 10 + " predictions", "MB", early);
    report.add("resident after " + count + " predictions", "MB", last);
    report.add(
        "resident after all over after a tenth",
        "",
        Series.of(last / early),
        Figure.Bar.atMost(1.03));
    report.add(
        new Chart(
            name(),
            "Resident memory over predictions",
            "thousand predictions",
            "MB",
            List.of(new Chart.Line("resident", memory))));
  }
}
