package dev.millrace.client.cli;

import dev.millrace.client.ModelInfo;
import dev.millrace.client.VersionInfo;
import java.io.PrintWriter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Models and versions, as a table and as JSON. */
final class VersionTable {
  private static final String ROW = "%-20s %7s  %-10s %9s %10s  %-20s  %s%n";

  private VersionTable() {}

  static void print(PrintWriter out, List<ModelInfo> models) {
    out.printf(ROW, "MODEL", "VERSION", "STATE", "ACCURACY", "MEMORY", "SINCE", "LABELS");
    for (ModelInfo model : models) {
      for (VersionInfo version : model.versions()) {
        Double accuracy = version.metrics().get("test_accuracy");
        out.printf(
            ROW,
            model.model(),
            version.version(),
            version.state(),
            accuracy == null ? "-" : String.format("%.2f %%", 100 * accuracy),
            String.format("%.1f MB", version.memoryBytes() / 1e6),
            version.since().truncatedTo(ChronoUnit.SECONDS),
            version.labels().isEmpty() ? "-" : String.join(", ", version.labels()));
        if (!version.message().isEmpty()) {
          out.println("    " + version.message() + " (" + version.reason() + ")");
        }
        version
            .datasetDeleted()
            .ifPresent(
                time ->
                    out.println(
                        "    what it learned from was deleted "
                            + time.truncatedTo(ChronoUnit.SECONDS)));
      }
    }
  }

  static Map<String, Object> json(ModelInfo model) {
    return Json.object()
        .with("model", model.model())
        .with("versions", model.versions().stream().map(VersionTable::json).toList())
        .fields();
  }

  private static Map<String, Object> json(VersionInfo version) {
    return Json.object()
        .with("version", version.version())
        .with("state", version.state().name())
        .with("reason", version.reason())
        .with("message", version.message())
        .with("since", version.since().toString())
        .with("labels", version.labels())
        .with("signatures", new TreeMap<>(version.signatures()).keySet())
        .with("memory_bytes", version.memoryBytes())
        .with("recipe", version.recipe())
        .with("training_job", version.trainingJob())
        .with("metrics", new TreeMap<>(version.metrics()))
        .with("dataset_deleted", version.datasetDeleted().map(Object::toString).orElse(""))
        .fields();
  }
}
