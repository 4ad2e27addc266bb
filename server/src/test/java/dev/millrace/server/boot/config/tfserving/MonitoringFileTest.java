package dev.millrace.server.boot.config.tfserving;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class MonitoringFileTest {
  @Test
  void parse_path_isTaken() {
    assertThat(
            MonitoringFile.parse("prometheus_config { enable: true, path: \"/scrape\" }")
                .metricsPath())
        .hasValue("/scrape");
  }

  @Test
  void parse_noPath_isTensorFlowServings() {
    assertThat(MonitoringFile.parse("prometheus_config { enable: true }").metricsPath())
        .hasValue("/monitoring/prometheus/metrics");
  }

  @Test
  void parse_switchedOffOrEmpty_isNone() {
    assertThat(MonitoringFile.parse("prometheus_config { path: \"/x\" }").metricsPath()).isEmpty();
    assertThat(MonitoringFile.parse("").metricsPath()).isEmpty();
  }
}
