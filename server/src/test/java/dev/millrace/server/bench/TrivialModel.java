package dev.millrace.server.bench;

/** A model that computes next to nothing, so that what is left is the server's own work. */
final class TrivialModel implements Scenario {
  @Override
  public String name() {
    return "trivial";
  }

  @Override
  public String description() {
    return "y = x/2 + 2 of one number: one caller, then 64; beside it the bare call in one thread, and a"
        + " health check, which is a gRPC call with nothing behind it.";
  }

  @Override
  public void measure(Rig rig, Report report) throws Exception {
    byte[] request = rig.numbers(1);
    Series bareP50 = new Series();
    Series health = new Series();
    Series alone = new Series();
    Series difference = new Series();
    Series rate = new Series();
    Series cost = new Series();
    try (BareProcess bare = BareProcess.tuned(rig.half());
        BenchServer server = rig.server(rig.half(), "");
        Load load = server.load();
        Load checks = server.healthChecks()) {
      checks.closedLoop(new byte[0], Rig.CALLERS, rig.warmUp());
      load.closedLoop(request, Rig.CALLERS, rig.serverWarmUp());
      load.closedLoop(request, 1, rig.warmUp());
      bare.run(1, 1, 1, rig.warmUp());
      for (int round = 0; round < rig.rounds(); round++) {
        double bareMicros = bare.run(1, 1, 1, rig.time()).p50Micros();
        LoadResult one = load.closedLoop(request, 1, rig.time());
        double before = server.cost().cpuNanos();
        LoadResult many = load.closedLoop(request, Rig.CALLERS, rig.time());
        health.add(checks.closedLoop(new byte[0], 1, rig.time()).micros(50));
        bareP50.add(bareMicros);
        alone.add(one.micros(50));
        difference.add(one.micros(50) - bareMicros);
        rate.add(many.rate());
        cost.add((server.cost().cpuNanos() - before) / 1e3 / many.answers());
      }
    }
    report.add("bare Session.run, p50", "us", bareP50);
    report.add("Predict over gRPC, one caller, p50", "us", alone);
    report.add("health check over gRPC, one caller, p50", "us", health);
    report.add("p50 over gRPC minus bare", "us", difference);
    report.add("64 callers", "calls/s", rate);
    report.add("64 callers, server's processor time a call", "us", cost);
  }
}
