package dev.millrace.server.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Processor time and memory of a process, from Linux's /proc. */
final class ProcessCost {
  private static final double NANOS_PER_TICK = 1e7;

  private final Path folder;

  ProcessCost(long pid) {
    this.folder = Path.of("/proc", Long.toString(pid));
  }

  /** Processor time of all its threads, user and system, in nanoseconds; steps of 10 ms. */
  double cpuNanos() throws IOException {
    String stat = Files.readString(folder.resolve("stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * NANOS_PER_TICK;
  }

  /** Resident memory in bytes. */
  long residentBytes() throws IOException {
    return Files.readAllLines(folder.resolve("status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
        .findFirst()
        .orElseThrow();
  }
}
