package dev.millrace.server.bench;

import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** More calls than can be answered, at a constant rate that does not wait for the server. */
final class Overload implements Scenario {
  private static final Duration DEADLINE = Duration.ofMillis(200);
  private static final int MOST_IMAGES_AT_PEAK = 512;
  private static final double[] LOADS = {0.5, 1, 2, 3};

  private final int images;

  /** Overload by requests of so many images. */
  Overload(int images) {
    this.images = images;
  }

  @Override
  public String name() {
    return "overload-" + images;
  }

  @Override
  public String description() {
    return "Calls of "
        + images
        + (images == 1 ? " image" : " images")
        + " at half, once, twice and three times the peak, each with a deadline of 200 ms."
        + " Goodput counts answers that came in time.";
  }

  @Override
  public void measure(Rig rig, Report report) throws Exception {
    byte[] request = rig.digits(images);
    Series peak = new Series();
    List<Series> goodput = series();
    List<Series> p99 = series();
    Series overPeak = new Series();
    Series late = new Series();
    Series ranExpired = new Series();
    Series cores = new Series();
    Series perCore = new Series();
    Series refusal = new Series();
    Series failures = new Series();
    Series behind = new Series();
    try (BenchServer server = rig.server(rig.mnist(), "");
        Load load = server.load()) {
      // Refusals are code of their own, in the server and in the generator.
      double warm = load.closedLoop(request, callers(), rig.serverWarmUp()).rate();
      load.openLoop(request, 3 * warm, rig.serverWarmUp().dividedBy(2), DEADLINE);
      for (int round = 0; round < rig.rounds(); round++) {
        double before = server.cost().cpuNanos();
        LoadResult full = load.closedLoop(request, callers(), rig.time());
        double costAtPeak = (server.cost().cpuNanos() - before) / full.answers();
        double best = full.rate();
        peak.add(best);
        for (int i = 0; i < LOADS.length; i++) {
          before = server.cost().cpuNanos();
          LoadResult result = load.openLoop(request, LOADS[i] * best, rig.time(), DEADLINE);
          double spent = server.cost().cpuNanos() - before;
          System.err.printf(
              "%.1f x %.0f: cores %.2f sent late p50 %.0f p99 %.0f us; %s refused p50 %.0f late %d%n",
              LOADS[i],
              best,
              spent / 1e9 / result.seconds(),
              result.sentLateMicros(50),
              result.sentLateMicros(99),
              result,
              result.refusalMicros(50),
              result.lateAnswers());
          double good = result.inTime() / result.seconds();
          goodput.get(i).add(good);
          p99.get(i).add(result.micros(99) / 1e3);
          if (LOADS[i] == 3) {
            overPeak.add(good / best);
            late.add(100.0 * result.lateAnswers() / Math.max(1, result.accepted()));
            cores.add(spent / 1e9 / result.seconds());
            perCore.add(result.inTime() * costAtPeak / spent);
            behind.add(result.sentLateMicros(99) / 1e3);
            refusal.add(result.refusalMicros(50));
            failures.add(result.failures(Status.Code.UNAVAILABLE, Status.Code.DEADLINE_EXCEEDED));
          }
        }
      }
      ranExpired.add(server.metric("millrace_run_expired_total"));
    }
    report.add("peak of " + callers() + " callers", "calls/s", peak);
    for (int i = 0; i < LOADS.length; i++) {
      String at = Figure.shortest(LOADS[i]) + " x peak: ";
      report.add(at + "goodput", "calls/s", goodput.get(i));
      report.add(at + "p99 of answers", "ms", p99.get(i));
    }
    report.add("3 x peak: goodput over peak", "", overPeak, Figure.Bar.atLeast(0.92));
    report.add("3 x peak: late though accepted", "%", late, Figure.Bar.atMost(1));
    report.add("expired requests that ran", "", ranExpired, Figure.Bar.atMost(0));
    report.add("3 x peak: cores that the server got beside the load generator", "", cores);
    report.add("3 x peak: answers in time for a core's second, over peak", "", perCore);
    report.add("3 x peak: p50 of a refusal, as the caller sees it", "us", refusal);
    report.add("3 x peak: how late the generator sent a call, p99", "ms", behind);
    report.add("3 x peak: calls that ended otherwise", "", failures, Figure.Bar.atMost(0));
    report.add(
        new Chart(
            name(),
            "Goodput under overload, calls of " + images,
            "calls sent, in peaks",
            "calls/s",
            List.of(
                line("answered in time", goodput), new Chart.Line("peak", flat(peak.median())))));
  }

  /** Enough to fill every run, and not so many that some are refused for their wait. */
  private int callers() {
    return Math.min(Rig.CALLERS, MOST_IMAGES_AT_PEAK / images);
  }

  private static List<Series> series() {
    List<Series> all = new ArrayList<>();
    for (int i = 0; i < LOADS.length; i++) {
      all.add(new Series());
    }
    return all;
  }

  private static Chart.Line line(String name, List<Series> values) {
    List<Chart.Point> points = new ArrayList<>();
    for (int i = 0; i < LOADS.length; i++) {
      points.add(new Chart.Point(LOADS[i], values.get(i).median()));
    }
    return new Chart.Line(name, points);
  }

  private static List<Chart.Point> flat(double value) {
    return List.of(
        new Chart.Point(LOADS[0], value), new Chart.Point(LOADS[LOADS.length - 1], value));
  }
}
