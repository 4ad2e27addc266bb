package dev.millrace.server.bench;

import java.util.List;

/** What putting requests together brings, and what calling TensorFlow by hand would give. */
final class Batching implements Scenario {
  @Override
  public String name() {
    return "batching";
  }

  @Override
  public String description() {
    return "64 callers of one image: with batching, with batching switched off, and without any server on one session"
        + " with TensorFlow's own settings, as a program has it that embeds TensorFlow Java.";
  }

  @Override
  public void measure(Rig rig, Report report) throws Exception {
    byte[] request = rig.digits(1);
    Series on = new Series();
    Series off = new Series();
    Series embedded = new Series();
    Series overOff = new Series();
    Series overEmbedded = new Series();
    try (BenchServer batching = rig.server(rig.mnist(), "");
        BenchServer alone = rig.server(rig.mnist(), "batching:\n  enabled: false\n");
        BareProcess bare = BareProcess.untuned(rig.mnist());
        Load batched = batching.load();
        Load single = alone.load()) {
      batched.closedLoop(request, Rig.CALLERS, rig.serverWarmUp());
      single.closedLoop(request, Rig.CALLERS, rig.serverWarmUp());
      bare.run(1, 1, Rig.CALLERS, rig.warmUp());
      for (int round = 0; round < rig.rounds(); round++) {
        double with = batched.closedLoop(request, Rig.CALLERS, rig.time()).rate();
        double without = single.closedLoop(request, Rig.CALLERS, rig.time()).rate();
        double byHand = bare.run(1, 1, Rig.CALLERS, rig.time()).rowsPerSecond();
        on.add(with);
        off.add(without);
        embedded.add(byHand);
        overOff.add(with / without);
        overEmbedded.add(with / byHand);
      }
    }
    report.add("batching on", "images/s", on);
    report.add("batching off", "images/s", off);
    report.add("one session with TensorFlow's defaults, no server", "images/s", embedded);
    report.add("on over off", "", overOff, Figure.Bar.atLeast(3));
    report.add("on over TensorFlow's defaults", "", overEmbedded, Figure.Bar.atLeast(3));
    report.add(
        new Chart(
            "batching",
            "64 callers of one image",
            "",
            "images/s",
            List.of(
                bar("batching on", on),
                bar("batching off", off),
                bar("TensorFlow by hand", embedded))));
  }

  private static Chart.Line bar(String name, Series series) {
    return new Chart.Line(name, List.of(new Chart.Point(0, series.median())));
  }
}
