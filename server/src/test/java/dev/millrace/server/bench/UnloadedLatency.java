package dev.millrace.server.bench;

import java.time.Duration;

/** One caller, one image at a time. */
final class UnloadedLatency implements Scenario {
  private static final Duration PAUSE = Duration.ofNanos(400_000);

  @Override
  public String name() {
    return "unloaded";
  }

  @Override
  public String description() {
    return "One caller sends one image at a time over gRPC; beside it the bare call of one image in one thread, in turn:"
        + " without a pause, and with the pauses that any thread has that waits for requests. A call over gRPC is"
        + " handed to another thread four times; what that takes here is measured, too.";
  }

  @Override
  public void measure(Rig rig, Report report) throws Exception {
    byte[] request = rig.digits(1);
    Series bareP50 = new Series();
    Series serverP50 = new Series();
    Series serverP99 = new Series();
    Series difference = new Series();
    Series rested = new Series();
    Series overRested = new Series();
    Series handOver = new Series();
    try (BareProcess bare = BareProcess.tuned(rig.mnist());
        BenchServer server = rig.server(rig.mnist(), "");
        Load load = server.load()) {
      bare.run(1, 1, 1, rig.warmUp());
      load.closedLoop(request, Rig.CALLERS, rig.serverWarmUp());
      load.closedLoop(request, 1, rig.warmUp());
      for (int round = 0; round < rig.rounds(); round++) {
        BareProcess.Outcome alone = bare.run(1, 1, 1, rig.time());
        double paused = bare.run(1, 1, 1, PAUSE, rig.time()).p50Micros();
        handOver.add(HandOver.micros(rig.time().dividedBy(4)));
        LoadResult served = load.closedLoop(request, 1, rig.time());
        bareP50.add(alone.p50Micros());
        serverP50.add(served.micros(50));
        serverP99.add(served.micros(99));
        difference.add(served.micros(50) - alone.p50Micros());
        rested.add(paused);
        overRested.add(served.micros(50) - paused);
      }
    }
    report.add("bare Session.run of one image, p50", "us", bareP50);
    report.add("Predict of one image over gRPC, p50", "us", serverP50);
    report.add("Predict of one image over gRPC, p99", "us", serverP99);
    report.add("p50 over gRPC minus bare", "us", difference, Figure.Bar.atMost(300));
    report.add("bare Session.run after pauses of 0.4 ms, p50", "us", rested);
    report.add("p50 over gRPC minus bare after pauses", "us", overRested);
    report.add("to another thread and back on this machine, p50", "us", handOver);
  }
}
