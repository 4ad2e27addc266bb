package dev.millrace.client;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UnsafeByteOperations;
import dev.millrace.v1.BatchPlan;
import dev.millrace.v1.DiffVersionsResponse;
import dev.millrace.v1.Model;
import dev.millrace.v1.ModelVersion;
import dev.millrace.v1.PredictResponse;
import dev.millrace.v1.Signature;
import dev.millrace.v1.TrainingJob;
import dev.millrace.v1.TrainingSpec;
import dev.millrace.v1.WarmUpReport;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/** Messages from and to the SDK's own types. */
final class Codec {
  private Codec() {}

  static dev.millrace.v1.Tensor encode(Tensor tensor) {
    dev.millrace.v1.Tensor.Builder builder =
        dev.millrace.v1.Tensor.newBuilder().setDtypeValue(tensor.dtype().number());
    for (long size : tensor.shape()) {
      builder.addShape(size);
    }
    if (tensor.dtype() == DataType.STRING) {
      tensor
          .strings()
          .forEach(element -> builder.addStrings(UnsafeByteOperations.unsafeWrap(element)));
    } else {
      builder.setData(UnsafeByteOperations.unsafeWrap(tensor.bytes()));
    }
    return builder.build();
  }

  static Tensor decode(dev.millrace.v1.Tensor tensor) {
    long[] shape = tensor.getShapeList().stream().mapToLong(Long::longValue).toArray();
    DataType dtype = DataType.ofNumber(tensor.getDtypeValue());
    return dtype == DataType.STRING
        ? Tensor.ofStrings(
            tensor.getStringsList().stream().map(ByteString::toByteArray).toList(), shape)
        : Tensor.ofBytes(dtype, tensor.getData().asReadOnlyByteBuffer(), shape);
  }

  static Prediction decode(PredictResponse response) {
    Map<String, Tensor> outputs = new HashMap<>();
    response.getOutputsMap().forEach((name, tensor) -> outputs.put(name, decode(tensor)));
    return new Prediction(
        modelOf(response.getModel()),
        versionOf(response.getModel()),
        response.getSignature(),
        outputs);
  }

  static ModelInfo decode(Model model) {
    return new ModelInfo(
        modelOf(model.getName()),
        model.getVersionsList().stream().map(Codec::decode).toList(),
        model.getEtag(),
        TrafficCodec.decode(model.getTraffic()),
        model.hasBake() ? Optional.of(TrafficCodec.decode(model.getBake())) : Optional.empty(),
        model.hasShadowReport()
            ? Optional.of(TrafficCodec.decode(model.getShadowReport()))
            : Optional.empty());
  }

  static VersionInfo decode(ModelVersion version) {
    Map<String, VersionInfo.SignatureInfo> signatures = new LinkedHashMap<>();
    version
        .getSignaturesMap()
        .forEach((name, signature) -> signatures.put(name, decode(signature)));
    return new VersionInfo(
        modelOf(version.getName()),
        version.getVersion(),
        named(
            VersionState.class, version.getState().name(), "VERSION_STATE_", VersionState.UNKNOWN),
        version.getReason(),
        version.getMessage(),
        decode(version.getStateTime()),
        version.getLabelsList(),
        signatures,
        version.getMemoryBytes(),
        version.getProvenance().getRecipe(),
        lastSegment(version.getProvenance().getTrainingJob()),
        version.getProvenance().getMetricsMap(),
        version.hasWarmUp() ? Optional.of(decode(version.getWarmUp())) : Optional.empty(),
        version.getProvenance().hasDatasetDeleteTime()
            ? Optional.of(decode(version.getProvenance().getDatasetDeleteTime()))
            : Optional.empty());
  }

  private static WarmUpInfo decode(WarmUpReport report) {
    SortedMap<String, WarmUpInfo.BatchPlanInfo> batching = new TreeMap<>();
    report.getBatchingMap().forEach((signature, plan) -> batching.put(signature, decode(plan)));
    return new WarmUpInfo(
        report.getRequests(),
        report.getRecords(),
        decode(report.getLoadDuration()),
        decode(report.getFirstRequest()),
        decode(report.getLastRequest()),
        report.getSkippedList(),
        named(
            ExecutionMode.class,
            report.getExecution().name(),
            "EXECUTION_MODE_",
            ExecutionMode.UNKNOWN),
        batching);
  }

  private static WarmUpInfo.BatchPlanInfo decode(BatchPlan plan) {
    return new WarmUpInfo.BatchPlanInfo(
        plan.getBatchable(),
        plan.getBestSize(),
        plan.getTriedList().stream()
            .map(
                tried ->
                    new WarmUpInfo.MeasurementInfo(
                        tried.getRows(), decode(tried.getLatency()), tried.getRowsPerSecond()))
            .toList(),
        plan.getExplanation());
  }

  static TrainingSpec encode(TrainingRequest request) {
    TrainingSpec.Builder builder =
        TrainingSpec.newBuilder()
            .setModel(request.model())
            .setRecipe(request.recipe())
            .putAllParameters(request.parameters())
            .setDataset(request.dataset());
    request.seed().ifPresent(builder::setSeed);
    return builder.build();
  }

  static TrainingJobInfo decode(TrainingJob job) {
    TrainingSpec spec = job.getSpec();
    return new TrainingJobInfo(
        lastSegment(job.getName()),
        new TrainingRequest(
            modelOf(spec.getModel()),
            spec.getRecipe(),
            spec.getParametersMap(),
            spec.hasSeed() ? OptionalLong.of(spec.getSeed()) : OptionalLong.empty(),
            spec.getDataset()),
        state(job.getState()),
        job.getReason(),
        job.getMessage(),
        job.hasProgress() ? Optional.of(decode(job.getProgress())) : Optional.empty(),
        job.getPublishedVersion().isEmpty()
            ? OptionalLong.empty()
            : OptionalLong.of(versionOf(job.getPublishedVersion())),
        job.getMetricsMap(),
        decode(job.getCreateTime()),
        job.getEtag());
  }

  static TrainingEvent decode(dev.millrace.v1.TrainingEvent event) {
    long sequence = event.getSequence();
    Instant time = decode(event.getTime());
    return switch (event.getEventCase()) {
      case STATE_CHANGED ->
          new TrainingEvent.StateChanged(
              sequence,
              time,
              state(event.getStateChanged().getState()),
              event.getStateChanged().getReason(),
              event.getStateChanged().getMessage());
      case PROGRESS -> new TrainingEvent.Progressed(sequence, time, decode(event.getProgress()));
      case EVALUATED ->
          new TrainingEvent.Evaluated(sequence, time, event.getEvaluated().getMetricsMap());
      case VERSION_PUBLISHED -> {
        String version = event.getVersionPublished().getVersion();
        yield new TrainingEvent.Published(sequence, time, modelOf(version), versionOf(version));
      }
      case RESUMED ->
          new TrainingEvent.Resumed(
              sequence,
              time,
              event.getResumed().getStep(),
              event.getResumed().getAttempt(),
              event.getResumed().getMaxAttempts());
      case CHECKPOINTED ->
          new TrainingEvent.Checkpointed(sequence, time, event.getCheckpointed().getStep());
      case EVENT_NOT_SET -> new TrainingEvent.Other(sequence, time);
    };
  }

  private static TrainingProgress decode(dev.millrace.v1.TrainingProgress progress) {
    return new TrainingProgress(
        progress.getStep(),
        progress.getTotalSteps(),
        progress.getLoss(),
        progress.getTrainAccuracy(),
        progress.getValidationAccuracy(),
        progress.getExamplesPerSecond(),
        decode(progress.getTimeLeft()));
  }

  private static VersionInfo.SignatureInfo decode(Signature signature) {
    return new VersionInfo.SignatureInfo(
        decode(signature.getInputsMap()), decode(signature.getOutputsMap()));
  }

  private static Map<String, VersionInfo.TensorSpecInfo> decode(
      Map<String, dev.millrace.v1.TensorSpec> specs) {
    Map<String, VersionInfo.TensorSpecInfo> decoded = new LinkedHashMap<>();
    specs.forEach(
        (name, spec) ->
            decoded.put(
                name,
                new VersionInfo.TensorSpecInfo(
                    DataType.ofNumber(spec.getDtypeValue()),
                    List.copyOf(spec.getShapeList()),
                    spec.getUnknownRank())));
    return decoded;
  }

  private static TrainingJobState state(dev.millrace.v1.TrainingJobState state) {
    return named(
        TrainingJobState.class, state.name(), "TRAINING_JOB_STATE_", TrainingJobState.UNKNOWN);
  }

  static <E extends Enum<E>> E named(Class<E> type, String name, String prefix, E unknown) {
    try {
      return Enum.valueOf(type, name.startsWith(prefix) ? name.substring(prefix.length()) : name);
    } catch (IllegalArgumentException newerServer) {
      return unknown;
    }
  }

  static Instant decode(Timestamp time) {
    return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
  }

  private static java.time.Duration decode(Duration duration) {
    return java.time.Duration.ofSeconds(duration.getSeconds(), duration.getNanos());
  }

  /** {@code mnist} of {@code models/mnist} and of {@code models/mnist/versions/3}. */
  private static String modelOf(String name) {
    String[] segments = name.split("/", -1);
    return segments.length > 1 ? segments[1] : name;
  }

  /** {@code 3} of {@code models/mnist/versions/3}. */
  static long versionOf(String name) {
    return Long.parseLong(lastSegment(name));
  }

  private static String lastSegment(String name) {
    return name.substring(name.lastIndexOf('/') + 1);
  }

  static VersionDiff decode(DiffVersionsResponse diff) {
    return new VersionDiff(
        diff.getBreaking(),
        differences(diff.getSignaturesList()),
        differences(diff.getParametersList()),
        differences(diff.getMetricsList()),
        differences(diff.getOpsList()),
        differences(diff.getFilesList()));
  }

  private static List<Difference> differences(List<dev.millrace.v1.Difference> messages) {
    return messages.stream()
        .map(
            one ->
                new Difference(one.getName(), one.getBase(), one.getChanged(), one.getBreaking()))
        .toList();
  }
}
