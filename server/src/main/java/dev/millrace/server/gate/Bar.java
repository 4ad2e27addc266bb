package dev.millrace.server.gate;

import dev.millrace.server.evaluation.VersionFigures;
import dev.millrace.server.evaluation.metrics.ClassFigures;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/** A bar that a version must pass whatever the champion is like. */
public enum Bar {
  /** Share of the examples that is read rightly. */
  ACCURACY(true, (figures, size) -> one(figures.accuracy().value())),
  /** Lower end of the accuracy's 95 % interval. */
  ACCURACY_LOWER_BOUND(true, (figures, size) -> one(figures.accuracy().lower())),
  /** Mean of -ln of the true class's probability. */
  LOG_LOSS(false, (figures, size) -> one(figures.logLoss())),
  /** Expected calibration error. */
  CALIBRATION_ERROR(false, (figures, size) -> one(figures.calibration().expectedError())),
  /** Mean F1 of the classes. */
  MACRO_F1(true, (figures, size) -> one(ClassFigures.macro(figures.classes(), ClassFigures::f1))),
  /** F1 of each class. */
  CLASS_F1(
      true,
      (figures, size) ->
          figures.classes().stream()
              .map(each -> new Measured("class " + each.label(), each.f1()))
              .toList()),
  /** Accuracy on each slice that has examples. */
  SLICE_ACCURACY(
      true,
      (figures, size) ->
          figures.slices().stream()
              .filter(slice -> slice.accuracy().of() > 0)
              .map(slice -> new Measured(Slices.name(slice), slice.accuracy().value()))
              .toList()),
  /** 99th percentile of the time of a request of the evaluation, in milliseconds. */
  P99_LATENCY_MS(false, (figures, size) -> one(figures.latency().p99Nanos() / 1e6)),
  /** Memory that it takes while it is loaded, in MiB. */
  MEMORY_MIB(false, (figures, size) -> positive(figures.memoryBytes())),
  /** Size of its files, in MiB. */
  SIZE_MIB(false, (figures, size) -> positive(size));

  private final boolean atLeast;
  private final BiFunction<VersionFigures, Long, List<Measured>> figure;

  Bar(boolean atLeast, BiFunction<VersionFigures, Long, List<Measured>> figure) {
    this.atLeast = atLeast;
    this.figure = figure;
  }

  /** As policies write it, such as {@code log-loss}. */
  public String key() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Whether figures pass; the worst of several decides. */
  RuleResult judge(double bar, VersionFigures figures, long sizeBytes) {
    return RuleResult.worst("bars." + key(), atLeast, bar, figure.apply(figures, sizeBytes));
  }

  private static List<Measured> one(double value) {
    return List.of(new Measured("", value));
  }

  /** Bytes of 0 were not measured. */
  private static List<Measured> positive(long bytes) {
    return Stream.of(bytes).filter(b -> b > 0).map(b -> new Measured("", b / 1048576.0)).toList();
  }
}
