package dev.millrace.server.bench;

import dev.millrace.server.testing.Digits;
import java.time.Duration;

public final class Try {
  public static void main(String[] a) throws Exception {
    Digits d = Digits.ofTestSet();
    ProcessCost cost = new ProcessCost(Long.parseLong(a[1]));
    try (Load load = new Load(a[0])) {
      for (int n : new int[] {1, 8, 32}) {
        byte[] r = PredictCall.request("mnist", "images", d.rows(0, n), 28, 28, 1);
        load.closedLoop(r, 64, Duration.ofSeconds(4));
        double c0 = cost.cpuNanos();
        LoadResult x = load.closedLoop(r, 64 / n + 2, Duration.ofSeconds(5));
        double c1 = cost.cpuNanos();
        System.out.println(
            n + " rows: " + x + " cpu us/image " + (c1 - c0) / 1e3 / (x.answers() * n));
      }
      byte[] r = PredictCall.request("mnist", "images", d.rows(0, 1), 28, 28, 1);
      load.closedLoop(r, 1, Duration.ofSeconds(2));
      System.out.println("unloaded: " + load.closedLoop(r, 1, Duration.ofSeconds(4)));
      double c0 = cost.cpuNanos();
      LoadResult x = load.closedLoop(r, 64, Duration.ofSeconds(5));
      double c1 = cost.cpuNanos();
      System.out.println(
          "64 callers of 1: " + x + " cpu us/image " + (c1 - c0) / 1e3 / (x.answers()));
      for (double rate : new double[] {0.5, 1, 2, 3}) {
        LoadResult y =
            load.openLoop(r, rate * x.rate(), Duration.ofSeconds(5), Duration.ofMillis(200));
        System.out.println(
            "rate "
                + rate
                + ": "
                + y
                + " late "
                + y.late()
                + " refusal p50 "
                + y.refusalMicros(50));
      }
    }
  }
}
