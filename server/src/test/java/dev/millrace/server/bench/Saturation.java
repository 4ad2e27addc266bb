package dev.millrace.server.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Callers that keep every core busy, with requests of several sizes. */
final class Saturation implements Scenario {
  private static final int[] SIZES = {1, 8, 32};
  private static final int[] BARE_SIZES = {8, 16, 32, 64, 128};

  @Override
  public String name() {
    return "saturation";
  }

  @Override
  public String description() {
    return "Callers without a pause: 64 of one image, 16 of 8 and 8 of 32; beside them bare loops in one thread a"
        + " core, at the batch size that takes the least processor time an image. Load generator and server share"
        + " the cores; processor time is the server's alone.";
  }

  @Override
  public void measure(Rig rig, Report report) throws Exception {
    int cores = Runtime.getRuntime().availableProcessors();
    Map<Integer, Series> rates = new LinkedHashMap<>();
    Map<Integer, Series> costs = new LinkedHashMap<>();
    Map<Integer, Series> ratios = new LinkedHashMap<>();
    Map<Integer, Series> bareRates = new LinkedHashMap<>();
    Series bareCost = new Series();
    try (BareProcess bare = BareProcess.tuned(rig.mnist());
        BenchServer server = rig.server(rig.mnist(), "");
        Load load = server.load()) {
      load.closedLoop(rig.digits(1), callers(1), rig.serverWarmUp());
      for (int size : SIZES) {
        load.closedLoop(rig.digits(size), callers(size), rig.warmUp());
      }
      bare.run(32, 1, cores, rig.warmUp());
      for (int round = 0; round < rig.rounds(); round++) {
        double best = Double.MAX_VALUE;
        for (int size : BARE_SIZES) {
          BareProcess.Outcome outcome = bare.run(size, 1, cores, rig.time().dividedBy(2));
          best = Math.min(best, outcome.cpuMicrosPerRow());
          series(bareRates, size).add(outcome.rowsPerSecond());
        }
        bareCost.add(best);
        for (int size : SIZES) {
          double before = server.cost().cpuNanos();
          LoadResult served = load.closedLoop(rig.digits(size), callers(size), rig.time());
          double micros = (server.cost().cpuNanos() - before) / 1e3 / (served.answers() * size);
          series(rates, size).add(served.rate() * size);
          series(costs, size).add(micros);
          series(ratios, size).add(micros / best);
        }
      }
    }
    report.add("bare Session.run, processor time an image", "us", bareCost);
    for (int size : BARE_SIZES) {
      report.add("bare Session.run, batches of " + size, "images/s", series(bareRates, size));
    }
    for (int size : SIZES) {
      String requests = "requests of " + size + (size == 1 ? " image" : " images");
      report.add(requests, "images/s", series(rates, size));
      report.add(requests + ", server's processor time an image", "us", series(costs, size));
      report.add(
          requests + ", processor time over the best bare loop",
          "",
          series(ratios, size),
          Figure.Bar.atMost(1.15));
    }
    report.add(
        new Chart(
            "saturation",
            "Images a second, by images in a request or in a bare batch",
            "images in a request",
            "images/s",
            List.of(
                new Chart.Line("Millrace over gRPC", points(rates)),
                new Chart.Line("bare Session.run", points(bareRates)))));
  }

  /** Enough to fill the runs of every core, and not so many that they wait for long. */
  private static int callers(int size) {
    return switch (size) {
      case 1 -> Rig.CALLERS;
      case 8 -> 16;
      default -> 8;
    };
  }

  private static Series series(Map<Integer, Series> all, int size) {
    return all.computeIfAbsent(size, s -> new Series());
  }

  private static List<Chart.Point> points(Map<Integer, Series> all) {
    List<Chart.Point> points = new ArrayList<>();
    all.forEach((size, series) -> points.add(new Chart.Point(size, series.median())));
    return points;
  }
}
