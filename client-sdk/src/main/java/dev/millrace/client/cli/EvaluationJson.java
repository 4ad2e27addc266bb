package dev.millrace.client.cli;

import dev.millrace.client.EvaluationReport;
import dev.millrace.client.VersionReport;
import java.util.Map;

/** What was measured, for programs. */
final class EvaluationJson {
  private EvaluationJson() {}

  static String line(String id, EvaluationReport report) {
    Json json =
        Json.object()
            .with("evaluation", id)
            .with("dataset", report.dataset())
            .with("dataset_digest", report.datasetDigest())
            .with("split", report.split())
            .with("examples", report.examples())
            .with("version", version(report.version()));
    report.baseline().ifPresent(baseline -> json.with("baseline", version(baseline)));
    report
        .comparison()
        .ifPresent(
            test ->
                json.with(
                    "comparison",
                    Json.object()
                        .with("version_only", test.versionOnly())
                        .with("baseline_only", test.baselineOnly())
                        .with("p_value", test.pValue())
                        .with("method", test.method())
                        .with("significant", test.significant())
                        .with("summary", test.summary())
                        .fields()));
    return json.line();
  }

  private static Map<String, Object> version(VersionReport version) {
    return Json.object()
        .with("version", version.version())
        .with("accuracy", share(version.accuracy()))
        .with("log_loss", version.logLoss())
        .with("macro_f1", version.macroF1())
        .with("expected_calibration_error", version.expectedCalibrationError())
        .with(
            "classes",
            version.classes().stream()
                .map(
                    one ->
                        Json.object()
                            .with("label", one.label())
                            .with("precision", one.precision())
                            .with("recall", one.recall())
                            .with("f1", one.f1())
                            .with("support", one.support())
                            .fields())
                .toList())
        .with("confusion", version.confusion())
        .with("p50_milliseconds", version.p50().toNanos() / 1e6)
        .with("p99_milliseconds", version.p99().toNanos() / 1e6)
        .with("batch_size", version.batchSize())
        .with("examples_per_second", version.examplesPerSecond())
        .with("memory_bytes", version.memoryBytes())
        .with("robustness", version.robustness().stream().map(EvaluationJson::robustness).toList())
        .fields();
  }

  private static Map<String, Object> robustness(VersionReport.Robustness robustness) {
    return Json.object()
        .with("disturbance", robustness.disturbance())
        .with("undisturbed", share(robustness.undisturbed()))
        .with(
            "points",
            robustness.points().stream()
                .map(
                    point ->
                        Json.object()
                            .with("strength", point.strength())
                            .with("accuracy", share(point.accuracy()))
                            .fields())
                .toList())
        .with("skipped", robustness.skipped())
        .fields();
  }

  private static Map<String, Object> share(VersionReport.Share share) {
    return Json.object()
        .with("hits", share.hits())
        .with("of", share.of())
        .with("value", share.value())
        .with("lower", share.lower())
        .with("upper", share.upper())
        .fields();
  }
}
