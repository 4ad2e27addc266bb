package dev.millrace.server.bench;

import dev.millrace.v1.PromoteRequest;
import dev.millrace.v1.SetTrafficRequest;
import dev.millrace.v1.Shadow;
import dev.millrace.v1.Traffic;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/** What callers feel of a shadow. */
final class ShadowCost implements Scenario {
  private static final double SHARE_OF_PEAK = 0.4;
  private static final double SHARE_COPIED = 0.1;
  private static final int PHASES = 10;

  @Override
  public String name() {
    return "shadow";
  }

  @Override
  public String description() {
    return "Calls of one image at a constant 40 % of the peak, in turn without a shadow and with one that gets copies of"
        + " 10 % of them. Latency counts from the time at which a call was due.";
  }

  @Override
  public void measure(Rig rig, Report report) throws Exception {
    byte[] request = rig.digits(1);
    LoadResult without = new LoadResult();
    LoadResult with = new LoadResult();
    AtomicReference<LoadResult> current = new AtomicReference<>(new LoadResult());
    AtomicBoolean ended = new AtomicBoolean();
    ExecutorService caller = Executors.newSingleThreadExecutor();
    double compared = 0;
    try (BenchServer server = rig.server(rig.mnist(), "");
        Load load = server.load()) {
      String model = "models/" + server.model();
      server.models().promote(PromoteRequest.newBuilder().setName(model + "/versions/1").build());
      server.publish(2);
      server.awaitAvailable(2);
      load.closedLoop(request, Rig.CALLERS, rig.serverWarmUp());
      double rate = SHARE_OF_PEAK * load.closedLoop(request, Rig.CALLERS, rig.time()).rate();
      Future<?> calls =
          caller.submit(
              () -> {
                load.openLoop(
                    request, rate, Duration.ZERO, sent -> ended.get() ? null : current.get());
                return null;
              });
      for (int phase = 0; phase < 2 * Math.max(1, rig.count(PHASES)); phase++) {
        boolean shadowed = phase % 2 == 1;
        SetTrafficRequest.Builder traffic = SetTrafficRequest.newBuilder().setModel(model);
        if (shadowed) {
          Shadow copy = Shadow.newBuilder().setVersion(2).setShare(SHARE_COPIED).build();
          traffic.setTraffic(Traffic.newBuilder().setShadow(copy));
        }
        server.models().setTraffic(traffic.build());
        current.set(shadowed ? with : without);
        TimeUnit.NANOSECONDS.sleep(rig.time().toNanos());
        compared += shadowed ? server.metric("millrace_shadow_requests_total") : 0;
      }
      ended.set(true);
      calls.get();
    } finally {
      caller.shutdownNow();
    }
    report.add("without a shadow, p50", "ms", without.micros(50) / 1e3);
    report.add("with a shadow, p50", "ms", with.micros(50) / 1e3);
    report.add("without a shadow, p99", "ms", without.micros(99) / 1e3);
    report.add("with a shadow, p99", "ms", with.micros(99) / 1e3);
    report.add("copies", "", compared);
    report.add(
        "p99 with over without",
        "",
        Series.of(with.micros(99) / without.micros(99)),
        Figure.Bar.atMost(1.03));
    report.add(
        "failed calls of " + (without.answers() + with.answers()),
        "",
        Series.of(without.failures() + with.failures()),
        Figure.Bar.atMost(0));
    report.add(
        new Chart(
            name(),
            "Latency with and without a shadow",
            "percentile",
            "ms",
            List.of(without.percentiles("without"), with.percentiles("with a shadow"))));
  }
}
