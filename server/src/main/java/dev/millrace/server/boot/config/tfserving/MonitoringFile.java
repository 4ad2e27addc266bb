package dev.millrace.server.boot.config.tfserving;

import dev.millrace.proto.tfserving.MonitoringConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * TensorFlow Serving's monitoring file.
 *
 * @param metricsPath where metrics are scraped; empty when they are not asked for
 * @param warnings of fields without effect
 */
record MonitoringFile(Optional<String> metricsPath, List<String> warnings) {
  private static final TfServingFlag FLAG = TfServingFlag.MONITORING_CONFIG_FILE;
  private static final String USUAL_PATH = "/monitoring/prometheus/metrics";

  static MonitoringFile read(Path file) {
    return parse(TextProto.text(file, FLAG));
  }

  static MonitoringFile parse(String text) {
    MonitoringConfig.Builder config = MonitoringConfig.newBuilder();
    List<String> warnings = TextProto.parse(text, FLAG, config);
    String path = config.getPrometheusConfig().getPath();
    return new MonitoringFile(
        config.getPrometheusConfig().getEnable()
            ? Optional.of(path.isEmpty() ? USUAL_PATH : path)
            : Optional.empty(),
        warnings);
  }
}
