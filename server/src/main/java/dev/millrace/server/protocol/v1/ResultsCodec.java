package dev.millrace.server.protocol.v1;

import static dev.millrace.server.protocol.v1.ModelCodec.duration;

import com.google.protobuf.ByteString;
import dev.millrace.server.evaluation.DatasetSplit;
import dev.millrace.server.evaluation.EvaluationResults;
import dev.millrace.server.evaluation.EvaluationSpec;
import dev.millrace.server.evaluation.MisreadExample;
import dev.millrace.server.evaluation.Robustness;
import dev.millrace.server.evaluation.VersionFigures;
import dev.millrace.server.evaluation.metrics.Calibration;
import dev.millrace.server.evaluation.metrics.ClassFigures;
import dev.millrace.server.evaluation.metrics.ConfusionMatrix;
import dev.millrace.server.evaluation.metrics.Latency;
import dev.millrace.server.evaluation.metrics.McNemar;
import dev.millrace.server.evaluation.metrics.Share;
import dev.millrace.server.evaluation.robustness.Disturbance;
import dev.millrace.v1.EvaluatedDataset;
import dev.millrace.v1.EvaluatedVersion;
import dev.millrace.v1.EvaluationLatency;
import dev.millrace.v1.ReliabilityBin;
import dev.millrace.v1.RobustnessPoint;
import dev.millrace.v1.SliceAccuracy;
import dev.millrace.v1.VersionTest;
import java.time.Duration;
import java.util.Optional;

/** What was measured, as messages. Stateless. */
final class ResultsCodec {
  dev.millrace.v1.EvaluationResults encode(EvaluationSpec spec, EvaluationResults results) {
    dev.millrace.v1.EvaluationResults.Builder builder =
        dev.millrace.v1.EvaluationResults.newBuilder()
            .setDataset(
                EvaluatedDataset.newBuilder()
                    .setName(spec.dataset())
                    .setDigest(results.datasetDigest())
                    .setSplit(split(spec.split()))
                    .setExamples(results.examples())
                    .setHeight(results.height())
                    .setWidth(results.width()))
            .setVersion(encode(results, results.version()));
    VersionFigures baseline = results.baseline();
    if (baseline != null) {
      builder.setBaseline(encode(results, baseline));
      Optional.ofNullable(results.comparison())
          .ifPresent(test -> builder.setComparison(encode(test, results.version(), baseline)));
    }
    return builder.build();
  }

  static dev.millrace.v1.DatasetSplit split(DatasetSplit split) {
    return dev.millrace.v1.DatasetSplit.valueOf("DATASET_SPLIT_" + split.name());
  }

  static dev.millrace.v1.Disturbance disturbance(Disturbance disturbance) {
    return dev.millrace.v1.Disturbance.valueOf("DISTURBANCE_" + disturbance.name());
  }

  private static EvaluatedVersion encode(EvaluationResults results, VersionFigures figures) {
    EvaluatedVersion.Builder builder =
        EvaluatedVersion.newBuilder()
            .setVersion(figures.version().resource())
            .setDigest(figures.digest())
            .setAccuracy(encode(figures.accuracy()))
            .setLogLoss(figures.logLoss())
            .setMacroPrecision(ClassFigures.macro(figures.classes(), ClassFigures::precision))
            .setMacroRecall(ClassFigures.macro(figures.classes(), ClassFigures::recall))
            .setMacroF1(ClassFigures.macro(figures.classes(), ClassFigures::f1))
            .setConfusion(encode(results, figures.confusion()))
            .setCalibration(encode(figures.calibration()))
            .setLatency(encode(figures.latency()))
            .setMemoryBytes(figures.memoryBytes());
    figures.classes().forEach(each -> builder.addClasses(encode(results, each)));
    figures.misread().forEach(each -> builder.addMisread(encode(results, each)));
    figures
        .slices()
        .forEach(
            slice ->
                builder.addSlices(
                    SliceAccuracy.newBuilder()
                        .setBy(slice.by())
                        .setValue(slice.value())
                        .setAccuracy(encode(slice.accuracy()))));
    figures.robustness().forEach(each -> builder.addRobustness(encode(each)));
    return builder.build();
  }

  private static dev.millrace.v1.Share encode(Share share) {
    return dev.millrace.v1.Share.newBuilder()
        .setHits(share.hits())
        .setOf(share.of())
        .setValue(share.value())
        .setLower(share.lower())
        .setUpper(share.upper())
        .build();
  }

  private static dev.millrace.v1.ClassFigures encode(
      EvaluationResults results, ClassFigures figures) {
    return dev.millrace.v1.ClassFigures.newBuilder()
        .setLabel(results.label(figures.label()))
        .setPrecision(figures.precision())
        .setRecall(figures.recall())
        .setF1(figures.f1())
        .setSupport(figures.support())
        .build();
  }

  private static dev.millrace.v1.ConfusionMatrix encode(
      EvaluationResults results, ConfusionMatrix confusion) {
    dev.millrace.v1.ConfusionMatrix.Builder builder =
        dev.millrace.v1.ConfusionMatrix.newBuilder().addAllCounts(confusion.counts());
    for (int label = 0; label < confusion.classes(); label++) {
      builder.addLabels(results.label(label));
    }
    return builder.build();
  }

  private static dev.millrace.v1.Calibration encode(Calibration calibration) {
    dev.millrace.v1.Calibration.Builder builder =
        dev.millrace.v1.Calibration.newBuilder()
            .setExpectedError(calibration.expectedError())
            .setMaximumError(calibration.maximumError());
    calibration
        .bins()
        .forEach(
            bin ->
                builder.addBins(
                    ReliabilityBin.newBuilder()
                        .setLower(bin.lower())
                        .setUpper(bin.upper())
                        .setExamples(bin.examples())
                        .setConfidence(bin.confidence())
                        .setAccuracy(bin.accuracy())));
    return builder.build();
  }

  private static dev.millrace.v1.MisreadExample encode(
      EvaluationResults results, MisreadExample example) {
    return dev.millrace.v1.MisreadExample.newBuilder()
        .setIndex(example.index())
        .setLabel(results.label(example.label()))
        .setPredicted(results.label(example.predicted()))
        .setProbability(example.probability())
        .setLabelProbability(example.labelProbability())
        .setPixels(ByteString.copyFrom(example.pixels().duplicate()))
        .setText(example.words())
        .build();
  }

  private static EvaluationLatency encode(Latency latency) {
    return EvaluationLatency.newBuilder()
        .setRequests(latency.requests())
        .setBatchSize(latency.batchSize())
        .setP50(duration(Duration.ofNanos(latency.p50Nanos())))
        .setP99(duration(Duration.ofNanos(latency.p99Nanos())))
        .setP50PerExample(
            duration(Duration.ofNanos(latency.p50Nanos() / Math.max(1, latency.batchSize()))))
        .setExamplesPerSecond(latency.examplesPerSecond())
        .build();
  }

  private static dev.millrace.v1.Robustness encode(Robustness robustness) {
    dev.millrace.v1.Robustness.Builder builder =
        dev.millrace.v1.Robustness.newBuilder()
            .setDisturbance(disturbance(robustness.disturbance()))
            .setUndisturbed(encode(robustness.undisturbed()))
            .setMeanAccuracy(robustness.mean())
            .setSkipped(robustness.skipped());
    for (int i = 0; i < robustness.points().size(); i++) {
      Robustness.Point point = robustness.points().get(i);
      builder.addPoints(
          RobustnessPoint.newBuilder()
              .setLevel(i + 1)
              .setStrength(point.strength())
              .setAccuracy(encode(point.accuracy())));
    }
    return builder.build();
  }

  private static VersionTest encode(McNemar test, VersionFigures version, VersionFigures baseline) {
    return VersionTest.newBuilder()
        .setBothRight(test.bothRight())
        .setVersionOnly(test.firstOnly())
        .setBaselineOnly(test.secondOnly())
        .setBothWrong(test.bothWrong())
        .setPValue(test.pValue())
        .setMethod(test.method())
        .setStatistic(test.statistic())
        .setSignificant(test.significant())
        .setSummary(test.summary(version.version().toString(), baseline.version().toString()))
        .setAccuracyDifference(version.accuracy().value() - baseline.accuracy().value())
        .build();
  }
}
