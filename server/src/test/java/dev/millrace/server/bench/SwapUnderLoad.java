package dev.millrace.server.bench;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/** Versions that are replaced while callers call. */
final class SwapUnderLoad implements Scenario {
  private static final double SHARE_OF_PEAK = 0.4;
  private static final int SWAPS = 8;

  @Override
  public String name() {
    return "swap-under-load";
  }

  @Override
  public String description() {
    return "Calls of one image at a constant 40 % of the peak, while version after version is published, loaded, warmed"
        + " up and put in the place of the one before, which is then withdrawn. Latency counts from the time at which a"
        + " call was due.";
  }

  @Override
  public void measure(Rig rig, Report report) throws Exception {
    byte[] request = rig.digits(1);
    LoadResult calm = new LoadResult();
    LoadResult swapping = new LoadResult();
    AtomicReference<LoadResult> current = new AtomicReference<>(new LoadResult());
    AtomicBoolean ended = new AtomicBoolean();
    ExecutorService caller = Executors.newSingleThreadExecutor();
    Series swaps = new Series();
    try (BenchServer server = rig.server(rig.mnist(), "");
        Load load = server.load()) {
      load.closedLoop(request, Rig.CALLERS, rig.serverWarmUp());
      double rate = SHARE_OF_PEAK * load.closedLoop(request, Rig.CALLERS, rig.time()).rate();
      Future<?> calls =
          caller.submit(
              () -> {
                load.openLoop(
                    request, rate, Duration.ZERO, sent -> ended.get() ? null : current.get());
                return null;
              });
      int count = Math.max(2, rig.count(SWAPS));
      for (int swap = 1; swap <= count; swap++) {
        current.set(calm);
        TimeUnit.NANOSECONDS.sleep(rig.time().toNanos());
        current.set(swapping);
        long start = System.nanoTime();
        server.publish(swap + 1);
        server.awaitAvailable(swap + 1);
        server.withdraw(swap);
        swaps.add((System.nanoTime() - start) / 1e9);
      }
      ended.set(true);
      calls.get();
    } finally {
      caller.shutdownNow();
    }
    report.add("time from publishing to the release of the old version", "s", swaps);
    report.add("calm, p50", "ms", calm.micros(50) / 1e3);
    report.add("swapping, p50", "ms", swapping.micros(50) / 1e3);
    report.add("calm, p99", "ms", calm.micros(99) / 1e3);
    report.add("swapping, p99", "ms", swapping.micros(99) / 1e3);
    report.add(
        "p99 swapping over calm",
        "",
        Series.of(swapping.micros(99) / calm.micros(99)),
        Figure.Bar.atMost(1.5));
    report.add(
        "failed calls of " + (calm.answers() + swapping.answers()),
        "",
        Series.of(calm.failures() + swapping.failures()),
        Figure.Bar.atMost(0));
    report.add(
        new Chart(
            name(),
            "Latency while versions are swapped",
            "percentile",
            "ms",
            List.of(calm.percentiles("calm"), swapping.percentiles("swapping"))));
  }
}
