package dev.millrace.server.fuzz;

import dev.millrace.server.testing.RunningServer;
import dev.millrace.server.testing.Scrape;
import java.util.List;

/** Looks whether a server that nobody asks any more holds nothing. */
final class IdleCheck {
  private static final List<String> GAUGES =
      List.of(
          "millrace_queue_length",
          "millrace_queue_bytes",
          "millrace_requests_in_flight",
          "millrace_native_tensors_open");

  private final RunningServer server;
  private final FuzzReport report;

  IdleCheck(RunningServer server, FuzzReport report) {
    this.server = server;
    this.report = report;
  }

  void awaitIdle() {
    Scrape metrics = new Scrape(server.managementAddress());
    try {
      for (String gauge : GAUGES) {
        metrics.await(value -> value == 0, gauge);
      }
      double defects = metrics.value("millrace_requests_seconds_count", "code=\"INTERNAL\"");
      if (defects > 0) {
        report.finding(defects + " requests are counted as INTERNAL", new byte[0]);
      }
    } catch (AssertionError | RuntimeException stuck) {
      report.finding("the server does not come to rest: " + stuck.getMessage(), new byte[0]);
    }
  }
}
