package dev.millrace.server.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The same numbers over each wire, in turn. */
final class Wires implements Scenario {
  private static final double OVER_NATIVE = 0.9;

  private record Size(String title, int floats, int callers) {
    double bytes() {
      return 4.0 * floats;
    }
  }

  private static final List<Size> SIZES =
      List.of(
          new Size("4 kB", 1_000, 8),
          new Size("1 MB", 250_000, 1),
          new Size("50 MB", 12_500_000, 1));

  /** What one wire gave at one size. */
  private static final class Found {
    final Series rate = new Series();
    final Series overNative = new Series();
    final Series allocated = new Series();
  }

  @Override
  public String name() {
    return "wires";
  }

  @Override
  public String description() {
    return "y = x/2 + 2 of 4 kB (8 callers), 1 MB and 50 MB (one caller), which come back in the same size, over"
        + " each wire in turn. Typed means the messages' repeated floats; the Open Inference"
        + " Protocol's answers are raw always. Allocated is what the server's threads take from the"
        + " heap for a call, by the JVM's own count; raw bytes take at least an array for the"
        + " request and one for the answer.";
  }

  @Override
  public void measure(Rig rig, Report report) throws Exception {
    Path folder = Files.createTempDirectory("millrace-wires");
    try (BenchServer server = rig.server(rig.half(), "", "--max-message-size", "128MiB")) {
      AllocatedBytes allocated = new AllocatedBytes(server.pid(), folder);
      for (Size size : SIZES) {
        measure(rig, report, server, allocated, size);
      }
    } finally {
      BenchServer.delete(folder);
    }
  }

  private static void measure(
      Rig rig, Report report, BenchServer server, AllocatedBytes allocated, Size size)
      throws Exception {
    Duration time = rig.time().multipliedBy(2).dividedBy(3);
    // Small calls are the first, and the JVM has to compile what they run.
    Duration warmUp = size == SIZES.get(0) ? rig.serverWarmUp().dividedBy(3) : rig.warmUp();
    Map<Wire, Found> found = new EnumMap<>(Wire.class);
    Map<Wire, byte[]> requests = new EnumMap<>(Wire.class);
    Map<Wire, Load> loads = new EnumMap<>(Wire.class);
    try {
      for (Wire wire : Wire.values()) {
        found.put(wire, new Found());
        requests.put(wire, wire.request(Rig.row(size.floats())));
        loads.put(wire, server.load(wire));
        loads.get(wire).closedLoop(requests.get(wire), size.callers(), warmUp);
      }
      int rounds = 2 * rig.rounds() - 1;
      for (int round = 0; round < rounds; round++) {
        Map<Wire, Double> rates = new EnumMap<>(Wire.class);
        for (Wire wire : from(round)) {
          allocated.begin();
          LoadResult result = loads.get(wire).closedLoop(requests.get(wire), size.callers(), time);
          double bytes = allocated.end();
          if (result.failures() > 0) {
            throw new IllegalStateException(wire + " failed: " + result);
          }
          rates.put(wire, result.rate() * 2 * size.bytes() / 1e6);
          found.get(wire).allocated.add(bytes / result.answers());
        }
        for (Wire wire : Wire.values()) {
          found.get(wire).rate.add(rates.get(wire));
          found.get(wire).overNative.add(rates.get(wire) / rates.get(Wire.NATIVE));
        }
      }
    } finally {
      loads.values().forEach(Load::close);
    }
    found.forEach((wire, series) -> report(report, size, wire, series));
  }

  /** All wires, from another one in each round: garbage is paid for by whoever comes next. */
  private static List<Wire> from(int round) {
    List<Wire> order = new ArrayList<>();
    Wire[] wires = Wire.values();
    for (int i = 0; i < wires.length; i++) {
      order.add(wires[(round + i) % wires.length]);
    }
    return order;
  }

  private static void report(Report report, Size size, Wire wire, Found found) {
    String name = size.title() + ", " + wire.title();
    report.add(name + ": both ways together", "MB/s", found.rate);
    if (wire != Wire.NATIVE) {
      report.add(
          name + ": over native",
          "",
          found.overNative,
          wire.isForeignRaw() ? Figure.Bar.atLeast(OVER_NATIVE) : Figure.Bar.NONE);
    }
    boolean small = size.bytes() < 1e6;
    report.add(
        name + ": allocated a call", small ? "kB" : "MB", found.allocated.over(small ? 1e3 : 1e6));
  }
}
