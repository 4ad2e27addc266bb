package dev.millrace.server.bench;

/** Tensors of megabytes, there and back. */
final class LargeTensors implements Scenario {
  private static final int[] MEGABYTES = {1, 10, 50};

  @Override
  public String name() {
    return "large-tensors";
  }

  @Override
  public String description() {
    return "y = x/2 + 2 of 1, 10 and 50 MB, which come back in the same size; one caller; beside it the bare call in"
        + " one thread.";
  }

  @Override
  public void measure(Rig rig, Report report) throws Exception {
    try (BareProcess bare = BareProcess.tuned(rig.half());
        BenchServer server = rig.server(rig.half(), "", "--max-message-size", "128MiB");
        Load load = server.load()) {
      for (int megabytes : MEGABYTES) {
        int width = megabytes * 250_000;
        byte[] request = rig.numbers(width);
        Series alone = new Series();
        Series served = new Series();
        Series rate = new Series();
        load.closedLoop(request, 1, rig.warmUp());
        bare.run(1, width, 1, rig.warmUp());
        for (int round = 0; round < rig.rounds(); round++) {
          alone.add(bare.run(1, width, 1, rig.time()).p50Micros() / 1e3);
          LoadResult result = load.closedLoop(request, 1, rig.time());
          served.add(result.micros(50) / 1e3);
          rate.add(result.rate() * 2 * megabytes);
        }
        report.add(megabytes + " MB, bare Session.run, p50", "ms", alone);
        report.add(megabytes + " MB, Predict over gRPC, p50", "ms", served);
        report.add(megabytes + " MB, both ways together", "MB/s", rate);
      }
    }
  }
}
