package dev.millrace.client.cli;

import dev.millrace.client.EvaluationReport;
import dev.millrace.client.VersionReport;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** What was measured, as tables that a person reads. */
final class EvaluationTable {
  private static final int MOST_MISREAD = 5;

  private final PrintWriter out;

  EvaluationTable(PrintWriter out) {
    this.out = out;
  }

  void print(EvaluationReport report) {
    line(
        "%s, %s split, %d examples (sha256 %s)",
        report.dataset(), report.split(), report.examples(), shortened(report.datasetDigest()));
    print(report.version());
    report.baseline().ifPresent(this::print);
    report
        .comparison()
        .ifPresent(
            test -> {
              line("");
              line("McNemar: %s", test.summary());
            });
  }

  private void print(VersionReport version) {
    line("");
    line("%s", version.version());
    line("  accuracy     %s", share(version.accuracy()));
    line("  log loss     %.4f", version.logLoss());
    line("  macro F1     %.4f", version.macroF1());
    line("  calibration  ECE %.4f", version.expectedCalibrationError());
    line(
        "  latency      p50 %s, p99 %s a request of %d; %.0f examples/s",
        millis(version.p50()),
        millis(version.p99()),
        version.batchSize(),
        version.examplesPerSecond());
    line("  memory       %.1f MiB", version.memoryBytes() / 1048576.0);
    classes(version.classes());
    confusion(version);
    slices(version.slices());
    version.robustness().forEach(this::robustness);
    version.misread().stream()
        .limit(MOST_MISREAD)
        .forEach(
            one ->
                line(
                    "  example %d is a %s, read as %s with %.1f %%",
                    one.index(), one.label(), one.predicted(), 100 * one.probability()));
  }

  private void classes(List<VersionReport.ClassReport> classes) {
    line("");
    line("  %8s %9s %9s %9s %9s", "class", "precision", "recall", "F1", "examples");
    for (VersionReport.ClassReport one : classes) {
      line(
          "  %8s %9.4f %9.4f %9.4f %9d",
          one.label(), one.precision(), one.recall(), one.f1(), one.support());
    }
  }

  private void confusion(VersionReport version) {
    long largest =
        version.confusion().stream()
            .flatMap(List::stream)
            .mapToLong(Long::longValue)
            .max()
            .orElse(0);
    int width =
        Math.max(
                Long.toString(largest).length(),
                version.classes().stream().mapToInt(one -> one.label().length()).max().orElse(1))
            + 1;
    line("");
    line("  confusion: a row for each true class, a column for each class read");
    StringBuilder head = new StringBuilder(" ".repeat(10));
    version.classes().forEach(one -> head.append(padded(one.label(), width)));
    line("%s", head);
    for (int row = 0; row < version.confusion().size(); row++) {
      StringBuilder text = new StringBuilder(padded(version.classes().get(row).label(), 10));
      version
          .confusion()
          .get(row)
          .forEach(count -> text.append(padded(count == 0 ? "." : count.toString(), width)));
      line("%s", text);
    }
  }

  private void slices(List<VersionReport.Slice> slices) {
    line("");
    slices.stream()
        .filter(slice -> !slice.by().equals("class"))
        .forEach(slice -> line("  %-18s %s", slice.value(), share(slice.accuracy())));
    line("");
  }

  private void robustness(VersionReport.Robustness robustness) {
    if (!robustness.skipped().isEmpty()) {
      line("  %-9s not measured: %s", robustness.disturbance(), robustness.skipped());
      return;
    }
    StringBuilder text =
        new StringBuilder(
            String.format(
                Locale.ROOT,
                "  %-9s none %.1f %%",
                robustness.disturbance(),
                100 * robustness.undisturbed().value()));
    for (VersionReport.Point point : robustness.points()) {
      text.append(
          String.format(
              Locale.ROOT,
              ", %s %.1f %%",
              number(point.strength()),
              100 * point.accuracy().value()));
    }
    line("%s", text);
  }

  private static String number(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }

  private static String share(VersionReport.Share share) {
    return String.format(
        Locale.ROOT,
        "%.2f %% (%d of %d, 95 %%: %.2f to %.2f)",
        100 * share.value(),
        share.hits(),
        share.of(),
        100 * share.lower(),
        100 * share.upper());
  }

  private static String millis(Duration duration) {
    return String.format(Locale.ROOT, "%.1f ms", duration.toNanos() / 1e6);
  }

  private static String shortened(String digest) {
    return digest.substring(0, Math.min(12, digest.length()));
  }

  private static String padded(String text, int width) {
    return " ".repeat(Math.max(0, width - text.length())) + text;
  }

  private void line(String format, Object... values) {
    out.println(String.format(Locale.ROOT, format, values));
  }
}
