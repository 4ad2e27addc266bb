package dev.millrace.client.cli;

import dev.millrace.client.BakeInfo;
import dev.millrace.client.ModelInfo;
import dev.millrace.client.ShadowReport;
import dev.millrace.client.TrafficSplit;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Who answers, who is watched, and what a shadow has shown, in words and as JSON. */
final class TrafficWords {
  private static final int MOST_CLASSES = 5;

  private TrafficWords() {}

  /** Lines for a status; none for a model whose champion answers alone and unwatched. */
  static List<String> lines(ModelInfo model) {
    List<String> lines = new ArrayList<>();
    if (!model.traffic().equals(TrafficSplit.CHAMPION_ALONE)) {
      lines.add(traffic(model));
    }
    model.bake().ifPresent(bake -> lines.add(words(bake)));
    model.shadowReport().ifPresent(report -> addWords(lines, report));
    return lines;
  }

  static String traffic(ModelInfo model) {
    TrafficSplit split = model.traffic();
    double rest = 1;
    List<String> parts = new ArrayList<>();
    for (TrafficSplit.Share canary : split.canaries()) {
      parts.add("version " + canary.version() + " answers " + percent(canary.share()));
      rest -= canary.share();
    }
    parts.add("the champion answers " + percent(Math.max(0, rest)));
    split
        .shadow()
        .ifPresent(
            shadow ->
                parts.add(
                    "version " + shadow.version() + " gets copies of " + percent(shadow.share())));
    return model.model() + ": " + String.join(", ", parts);
  }

  static Json json(ModelInfo model) {
    Json json =
        Json.object()
            .with("model", model.model())
            .with("canaries", model.traffic().canaries().stream().map(TrafficWords::json).toList());
    model.traffic().shadow().ifPresent(shadow -> json.with("shadow", json(shadow)));
    model
        .bake()
        .ifPresent(
            bake ->
                json.with(
                    "bake",
                    Json.object()
                        .with("version", bake.version())
                        .with("former_version", bake.formerVersion())
                        .with("end", bake.end().toString())
                        .fields()));
    model.shadowReport().ifPresent(report -> json.with("shadow_report", json(report)));
    return json;
  }

  private static Map<String, Object> json(TrafficSplit.Share share) {
    return Json.object().with("version", share.version()).with("share", share.share()).fields();
  }

  private static Map<String, Object> json(ShadowReport report) {
    return Json.object()
        .with("version", report.version())
        .with("compared_requests", report.comparedRequests())
        .with("compared_examples", report.comparedExamples())
        .with("agreement", report.agreement())
        .with("largest_difference", report.largestDifference())
        .with("failed_requests", report.failedRequests())
        .with("dropped_requests", report.droppedRequests())
        .with("primary_p50_milliseconds", milliseconds(report.primary().p50()))
        .with("primary_p99_milliseconds", milliseconds(report.primary().p99()))
        .with("shadow_p50_milliseconds", milliseconds(report.shadow().p50()))
        .with("shadow_p99_milliseconds", milliseconds(report.shadow().p99()))
        .fields();
  }

  private static String words(BakeInfo bake) {
    return "bake: version "
        + bake.version()
        + " is watched until "
        + bake.end().truncatedTo(ChronoUnit.SECONDS)
        + "; version "
        + bake.formerVersion()
        + " stays loaded";
  }

  private static void addWords(List<String> lines, ShadowReport report) {
    lines.add(
        String.format(
            Locale.ROOT,
            "shadow version %d: %d requests compared, %d failed, %d dropped",
            report.version(),
            report.comparedRequests(),
            report.failedRequests(),
            report.droppedRequests()));
    if (report.comparedExamples() == 0) {
      return;
    }
    lines.add(
        String.format(
            Locale.ROOT,
            "  says the same on %s of %d examples; largest difference %.3g",
            percent(report.agreement()),
            report.comparedExamples(),
            report.largestDifference()));
    lines.add(
        String.format(
            Locale.ROOT,
            "  median %.2f ms (callers' %.2f ms), 99th percentile %.2f ms (%.2f ms)",
            milliseconds(report.shadow().p50()),
            milliseconds(report.primary().p50()),
            milliseconds(report.shadow().p99()),
            milliseconds(report.primary().p99())));
    report.classes().entrySet().stream()
        .filter(ofClass -> ofClass.getValue().agreed() < ofClass.getValue().examples())
        .sorted(Comparator.comparingDouble(TrafficWords::agreement))
        .limit(MOST_CLASSES)
        .forEach(
            ofClass ->
                lines.add(
                    String.format(
                        Locale.ROOT,
                        "  class %s: %s of %d",
                        ofClass.getKey(),
                        percent(agreement(ofClass)),
                        ofClass.getValue().examples())));
  }

  private static double agreement(Map.Entry<String, ShadowReport.ClassAgreement> ofClass) {
    return (double) ofClass.getValue().agreed() / ofClass.getValue().examples();
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }

  private static double milliseconds(Duration time) {
    return time.toNanos() / 1e6;
  }
}
