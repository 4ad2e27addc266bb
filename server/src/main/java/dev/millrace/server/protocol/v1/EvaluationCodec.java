package dev.millrace.server.protocol.v1;

import static dev.millrace.server.protocol.v1.ModelCodec.timestamp;

import dev.millrace.server.evaluation.DatasetSplit;
import dev.millrace.server.evaluation.Evaluation;
import dev.millrace.server.evaluation.EvaluationOrder;
import dev.millrace.server.evaluation.EvaluationSpec;
import dev.millrace.server.evaluation.robustness.Disturbance;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.FieldViolation;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.ServingException;
import dev.millrace.v1.EvaluationProgress;
import dev.millrace.v1.EvaluationState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Evaluations as messages. Stateless. */
final class EvaluationCodec {
  private static final Pattern NAME =
      Pattern.compile("evaluations/([a-z](?:[a-z0-9_-]{0,61}[a-z0-9])?)");

  private final ResultsCodec results = new ResultsCodec();

  /** The id of a resource name. */
  String id(String name) {
    Matcher matcher = NAME.matcher(name);
    if (!matcher.matches()) {
      throw invalid(
          "name", ErrorReason.NAME_INVALID, "write the evaluation as 'evaluations/' and its id");
    }
    return matcher.group(1);
  }

  EvaluationOrder decode(dev.millrace.v1.EvaluationSpec spec) {
    return new EvaluationOrder(
        ModelReference.parse(spec.getModel()),
        spec.getBaseline().isEmpty()
            ? Optional.empty()
            : Optional.of(ModelReference.parse(spec.getBaseline())),
        spec.getDataset(),
        split(spec.getSplit()),
        spec.getMaxExamples(),
        spec.getSignature(),
        spec.getInput(),
        spec.getOutput(),
        spec.getBatchSize(),
        disturbances(spec.getDisturbancesList()),
        spec.getRobustnessExamples(),
        spec.hasSeed() ? OptionalLong.of(spec.getSeed()) : OptionalLong.empty(),
        spec.hasMaxMisread() ? OptionalInt.of(spec.getMaxMisread()) : OptionalInt.empty());
  }

  private static Optional<DatasetSplit> split(dev.millrace.v1.DatasetSplit split) {
    return switch (split) {
      case DATASET_SPLIT_UNSPECIFIED -> Optional.empty();
      case DATASET_SPLIT_TRAIN -> Optional.of(DatasetSplit.TRAIN);
      case DATASET_SPLIT_VALIDATION -> Optional.of(DatasetSplit.VALIDATION);
      case DATASET_SPLIT_TEST -> Optional.of(DatasetSplit.TEST);
      case UNRECOGNIZED ->
          throw invalid(
              "spec.split", ErrorReason.PARAMETER_INVALID, "expected one of the splits known");
    };
  }

  private static List<Disturbance> disturbances(List<dev.millrace.v1.Disturbance> messages) {
    List<Disturbance> disturbances = new ArrayList<>();
    for (dev.millrace.v1.Disturbance message : messages) {
      disturbances.add(
          switch (message) {
            case DISTURBANCE_NOISE -> Disturbance.NOISE;
            case DISTURBANCE_BLUR -> Disturbance.BLUR;
            case DISTURBANCE_SHIFT -> Disturbance.SHIFT;
            case DISTURBANCE_ROTATION -> Disturbance.ROTATION;
            case DISTURBANCE_CONTRAST -> Disturbance.CONTRAST;
            case DISTURBANCE_FGSM -> Disturbance.FGSM;
            case DISTURBANCE_UNSPECIFIED, UNRECOGNIZED ->
                throw invalid(
                    "spec.disturbances",
                    ErrorReason.PARAMETER_INVALID,
                    "expected disturbances that are known");
          });
    }
    return disturbances;
  }

  private static ServingException invalid(String field, ErrorReason reason, String description) {
    return ServingException.ofViolations(List.of(new FieldViolation(field, reason, description)));
  }

  dev.millrace.v1.Evaluation encode(Evaluation evaluation) {
    dev.millrace.v1.Evaluation.Builder builder =
        dev.millrace.v1.Evaluation.newBuilder()
            .setName(evaluation.resource())
            .setSpec(encode(evaluation.spec()))
            .setState(EvaluationState.valueOf("EVALUATION_STATE_" + evaluation.state().name()))
            .setMessage(evaluation.message())
            .setCreateTime(timestamp(evaluation.createTime()));
    Optional.ofNullable(evaluation.reason()).map(Enum::name).ifPresent(builder::setReason);
    Optional.ofNullable(evaluation.progress())
        .ifPresent(
            progress ->
                builder.setProgress(
                    EvaluationProgress.newBuilder()
                        .setExamplesDone(progress.done())
                        .setExamplesTotal(progress.total())
                        .setStep(progress.step())));
    Optional.ofNullable(evaluation.startTime())
        .ifPresent(time -> builder.setStartTime(timestamp(time)));
    Optional.ofNullable(evaluation.endTime())
        .ifPresent(time -> builder.setEndTime(timestamp(time)));
    Optional.ofNullable(evaluation.results())
        .ifPresent(measured -> builder.setResults(results.encode(evaluation.spec(), measured)));
    return builder.build();
  }

  private static dev.millrace.v1.EvaluationSpec encode(EvaluationSpec spec) {
    dev.millrace.v1.EvaluationSpec.Builder builder =
        dev.millrace.v1.EvaluationSpec.newBuilder()
            .setModel(spec.version().resource())
            .setDataset(spec.dataset())
            .setSplit(ResultsCodec.split(spec.split()))
            .setMaxExamples(spec.maxExamples())
            .setSignature(spec.signature())
            .setInput(spec.input())
            .setOutput(spec.output())
            .setBatchSize(spec.batchSize())
            .setRobustnessExamples(spec.robustnessExamples())
            .setSeed(spec.seed())
            .setMaxMisread(spec.maxMisread());
    Optional.ofNullable(spec.baseline())
        .ifPresent(baseline -> builder.setBaseline(baseline.resource()));
    spec.disturbances().forEach(each -> builder.addDisturbances(ResultsCodec.disturbance(each)));
    return builder.build();
  }
}
