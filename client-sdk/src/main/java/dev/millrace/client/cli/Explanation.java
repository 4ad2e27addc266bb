package dev.millrace.client.cli;

import dev.millrace.client.ExecutionMode;
import dev.millrace.client.ModelInfo;
import dev.millrace.client.VersionInfo;
import dev.millrace.client.WarmUpInfo;
import dev.millrace.client.WarmUpInfo.BatchPlanInfo;
import dev.millrace.client.WarmUpInfo.MeasurementInfo;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** How versions are run and why, in words and as JSON. */
final class Explanation {
  private Explanation() {}

  static void print(PrintWriter out, ModelInfo model) {
    for (VersionInfo version : model.versions()) {
      out.printf("%s version %d: %s%n", model.model(), version.version(), version.state());
      if (!version.message().isEmpty()) {
        out.printf("  %s (%s)%n", version.message(), version.reason());
      }
      version.warmUp().ifPresent(warmUp -> print(out, warmUp));
    }
  }

  private static void print(PrintWriter out, WarmUpInfo warmUp) {
    out.printf(
        "  loaded in %s; warmed up with %d requests, %d of them the model's own records%n",
        milliseconds(warmUp.loadDuration()), warmUp.requests(), warmUp.records());
    out.printf(
        "  first request %s, last %s%n",
        milliseconds(warmUp.firstRequest()), milliseconds(warmUp.lastRequest()));
    out.printf("  cores: %s%n", words(warmUp.execution()));
    warmUp.skipped().forEach(why -> out.printf("  not warmed up: %s%n", why));
    warmUp.batching().forEach((signature, plan) -> print(out, signature, plan));
  }

  private static void print(PrintWriter out, String signature, BatchPlanInfo plan) {
    out.printf(
        "  signature %s: %s%n    why: %s%n",
        signature,
        plan.batchable()
            ? "requests share runs of up to " + plan.bestSize() + " rows"
            : "every request runs by itself",
        plan.explanation());
    if (!plan.tried().isEmpty()) {
      out.printf("    %6s %12s %10s%n", "ROWS", "LATENCY", "ROWS/S");
    }
    for (MeasurementInfo tried : plan.tried()) {
      boolean chosen = plan.batchable() && tried.rows() == plan.bestSize();
      out.printf(
          Locale.ROOT,
          "    %6d %12s %10.0f%s%n",
          tried.rows(),
          milliseconds(tried.latency()),
          tried.rowsPerSecond(),
          chosen ? "  <- chosen" : "");
    }
  }

  static Map<String, Object> json(ModelInfo model) {
    return Json.object()
        .with("model", model.model())
        .with("versions", model.versions().stream().map(Explanation::json).toList())
        .fields();
  }

  private static Map<String, Object> json(VersionInfo version) {
    Json json =
        Json.object()
            .with("version", version.version())
            .with("state", version.state().name())
            .with("reason", version.reason())
            .with("message", version.message());
    version.warmUp().ifPresent(warmUp -> json.with("warm_up", json(warmUp)));
    return json.fields();
  }

  private static Map<String, Object> json(WarmUpInfo warmUp) {
    Map<String, Object> batching = new LinkedHashMap<>();
    warmUp.batching().forEach((signature, plan) -> batching.put(signature, json(plan)));
    return Json.object()
        .with("requests", warmUp.requests())
        .with("records", warmUp.records())
        .with("load_milliseconds", millis(warmUp.loadDuration()))
        .with("first_request_milliseconds", millis(warmUp.firstRequest()))
        .with("last_request_milliseconds", millis(warmUp.lastRequest()))
        .with("skipped", warmUp.skipped())
        .with("execution", warmUp.execution().name())
        .with("batching", batching)
        .fields();
  }

  private static Map<String, Object> json(BatchPlanInfo plan) {
    List<Map<String, Object>> tried =
        plan.tried().stream()
            .map(
                one ->
                    Json.object()
                        .with("rows", one.rows())
                        .with("latency_milliseconds", millis(one.latency()))
                        .with("rows_per_second", one.rowsPerSecond())
                        .fields())
            .toList();
    return Json.object()
        .with("batchable", plan.batchable())
        .with("best_size", plan.bestSize())
        .with("explanation", plan.explanation())
        .with("tried", tried)
        .fields();
  }

  private static String words(ExecutionMode mode) {
    return switch (mode) {
      case PER_CORE -> "one run a core, beside one another";
      case ALL_CORES -> "one run at a time, over all cores";
      case UNKNOWN -> "unknown";
    };
  }

  private static String milliseconds(Duration time) {
    return String.format(Locale.ROOT, "%.2f ms", millis(time));
  }

  private static double millis(Duration time) {
    return time.toNanos() / 1e6;
  }
}
