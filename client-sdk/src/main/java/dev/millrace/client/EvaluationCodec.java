package dev.millrace.client;

import dev.millrace.v1.DatasetSplit;
import dev.millrace.v1.Disturbance;
import dev.millrace.v1.EvaluatedVersion;
import dev.millrace.v1.Evaluation;
import dev.millrace.v1.EvaluationResults;
import dev.millrace.v1.EvaluationSpec;
import dev.millrace.v1.VersionTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Messages of evaluations from and to the SDK's own types. */
final class EvaluationCodec {
  private static final String SPLIT = "DATASET_SPLIT_";
  private static final String DISTURBANCE = "DISTURBANCE_";

  private EvaluationCodec() {}

  static EvaluationSpec encode(EvaluationRequest request) {
    EvaluationSpec.Builder builder =
        EvaluationSpec.newBuilder()
            .setModel(request.model())
            .setBaseline(request.baseline())
            .setDataset(request.dataset())
            .setMaxExamples(request.maxExamples())
            .setSignature(request.signature())
            .setOutput(request.output())
            .setBatchSize(request.batchSize())
            .setRobustnessExamples(request.robustnessExamples());
    if (!request.split().isEmpty()) {
      builder.setSplit(constant(DatasetSplit.class, SPLIT, request.split()));
    }
    for (String disturbance : request.disturbances()) {
      builder.addDisturbances(constant(Disturbance.class, DISTURBANCE, disturbance));
    }
    request.seed().ifPresent(builder::setSeed);
    return builder.build();
  }

  private static <E extends Enum<E>> E constant(Class<E> type, String prefix, String word) {
    for (E one : type.getEnumConstants()) {
      if (word(prefix, one).equals(word) && !word.equals("unspecified")) {
        return one;
      }
    }
    List<String> known = new ArrayList<>();
    for (E one : type.getEnumConstants()) {
      if (one.name().startsWith(prefix) && one.ordinal() > 0) {
        known.add(word(prefix, one));
      }
    }
    throw new IllegalArgumentException("'" + word + "' is none of " + String.join(", ", known));
  }

  private static String word(String prefix, Enum<?> constant) {
    return constant.name().replace(prefix, "").toLowerCase(Locale.ROOT);
  }

  static EvaluationInfo decode(Evaluation evaluation) {
    return new EvaluationInfo(
        evaluation.getName().substring(evaluation.getName().lastIndexOf('/') + 1),
        evaluation.getSpec().getModel(),
        evaluation.getSpec().getBaseline(),
        Codec.named(
            EvaluationState.class,
            evaluation.getState().name(),
            "EVALUATION_STATE_",
            EvaluationState.UNKNOWN),
        evaluation.getReason(),
        evaluation.getMessage(),
        evaluation.getProgress().getExamplesDone(),
        evaluation.getProgress().getExamplesTotal(),
        evaluation.getProgress().getStep(),
        evaluation.hasResults() ? Optional.of(decode(evaluation.getResults())) : Optional.empty());
  }

  private static EvaluationReport decode(EvaluationResults results) {
    return new EvaluationReport(
        results.getDataset().getName(),
        results.getDataset().getDigest(),
        word(SPLIT, results.getDataset().getSplit()),
        results.getDataset().getExamples(),
        decode(results.getVersion()),
        results.hasBaseline() ? Optional.of(decode(results.getBaseline())) : Optional.empty(),
        results.hasComparison() ? Optional.of(decode(results.getComparison())) : Optional.empty());
  }

  private static EvaluationReport.Comparison decode(VersionTest test) {
    return new EvaluationReport.Comparison(
        test.getVersionOnly(),
        test.getBaselineOnly(),
        test.getPValue(),
        test.getMethod(),
        test.getSignificant(),
        test.getSummary());
  }

  private static VersionReport decode(EvaluatedVersion version) {
    return new VersionReport(
        version.getVersion(),
        decode(version.getAccuracy()),
        version.getLogLoss(),
        version.getMacroF1(),
        version.getClassesList().stream()
            .map(
                one ->
                    new VersionReport.ClassReport(
                        one.getLabel(),
                        one.getPrecision(),
                        one.getRecall(),
                        one.getF1(),
                        one.getSupport()))
            .toList(),
        rows(version.getConfusion().getCountsList(), version.getConfusion().getLabelsCount()),
        version.getCalibration().getExpectedError(),
        version.getMisreadList().stream()
            .map(
                one ->
                    new VersionReport.Misread(
                        one.getIndex(), one.getLabel(), one.getPredicted(), one.getProbability()))
            .toList(),
        duration(version.getLatency().getP50()),
        duration(version.getLatency().getP99()),
        version.getLatency().getBatchSize(),
        version.getLatency().getExamplesPerSecond(),
        version.getMemoryBytes(),
        version.getSlicesList().stream()
            .map(
                one ->
                    new VersionReport.Slice(one.getBy(), one.getValue(), decode(one.getAccuracy())))
            .toList(),
        version.getRobustnessList().stream().map(EvaluationCodec::decode).toList());
  }

  private static VersionReport.Robustness decode(dev.millrace.v1.Robustness robustness) {
    return new VersionReport.Robustness(
        word(DISTURBANCE, robustness.getDisturbance()),
        decode(robustness.getUndisturbed()),
        robustness.getPointsList().stream()
            .map(point -> new VersionReport.Point(point.getStrength(), decode(point.getAccuracy())))
            .toList(),
        robustness.getSkipped());
  }

  private static List<List<Long>> rows(List<Long> counts, int classes) {
    List<List<Long>> rows = new ArrayList<>();
    for (int row = 0; row < classes; row++) {
      rows.add(List.copyOf(counts.subList(row * classes, (row + 1) * classes)));
    }
    return rows;
  }

  private static VersionReport.Share decode(dev.millrace.v1.Share share) {
    return new VersionReport.Share(
        share.getHits(), share.getOf(), share.getValue(), share.getLower(), share.getUpper());
  }

  private static Duration duration(com.google.protobuf.Duration duration) {
    return Duration.ofSeconds(duration.getSeconds(), duration.getNanos());
  }
}
