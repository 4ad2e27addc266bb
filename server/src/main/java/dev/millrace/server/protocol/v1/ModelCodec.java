package dev.millrace.server.protocol.v1;

import com.google.common.collect.Maps;
import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import dev.millrace.server.catalog.VersionStatus;
import dev.millrace.server.catalog.WarmUpReport;
import dev.millrace.server.feedback.VersionFeedback;
import dev.millrace.server.inference.shadow.ShadowReport;
import dev.millrace.server.model.BatchPlan;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.model.VersionState;
import dev.millrace.server.registry.ModelRecord;
import dev.millrace.server.repository.Manifest;
import dev.millrace.server.tensor.TensorSpec;
import dev.millrace.v1.BatchMeasurement;
import dev.millrace.v1.ExecutionMode;
import dev.millrace.v1.Model;
import dev.millrace.v1.ModelVersion;
import dev.millrace.v1.Provenance;
import dev.millrace.v1.Signature;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Models and versions as messages. Thread-safe. */
public final class ModelCodec {
  private final Function<VersionId, Optional<Manifest>> manifests;
  private final Function<VersionId, Optional<String>> digests;
  private final Function<ModelName, ModelRecord> records;
  private final Function<ModelName, Optional<ShadowReport>> shadows;
  private final Function<VersionId, Optional<Instant>> dataDeleted;
  private final Function<VersionId, Optional<VersionFeedback>> feedback;

  /**
   * A codec.
   *
   * @param manifests finds what is known of a version's making
   * @param digests finds the digest of a version's manifest
   * @param records finds what is decided about a model
   * @param shadows finds what its shadow has shown
   * @param dataDeleted finds when the data was deleted that a version was trained on
   * @param feedback finds what its answers were worth; may wait for a store
   */
  public ModelCodec(
      Function<VersionId, Optional<Manifest>> manifests,
      Function<VersionId, Optional<String>> digests,
      Function<ModelName, ModelRecord> records,
      Function<ModelName, Optional<ShadowReport>> shadows,
      Function<VersionId, Optional<Instant>> dataDeleted,
      Function<VersionId, Optional<VersionFeedback>> feedback) {
    this.manifests = manifests;
    this.digests = digests;
    this.records = records;
    this.shadows = shadows;
    this.dataDeleted = dataDeleted;
    this.feedback = feedback;
  }

  Model encode(ModelName model, List<VersionStatus> versions) {
    ModelRecord record = records.apply(model);
    Model.Builder builder =
        Model.newBuilder()
            .setName(model.resource())
            .setEtag(record.etag())
            .setTraffic(RecordCodec.encode(record.traffic()));
    record.bake().ifPresent(bake -> builder.setBake(RecordCodec.encode(bake)));
    shadows.apply(model).ifPresent(report -> builder.setShadowReport(ShadowCodec.encode(report)));
    for (VersionStatus status : versions) {
      ModelVersion.Builder version = encode(status, record).toBuilder();
      feedback
          .apply(status.id())
          .ifPresent(known -> version.setFeedback(FeedbackCodec.encode(model, known)));
      builder.addVersions(version);
    }
    return builder.build();
  }

  ModelVersion encode(VersionStatus status) {
    return encode(status, records.apply(status.id().model()));
  }

  private ModelVersion encode(VersionStatus status, ModelRecord record) {
    ModelVersion.Builder builder =
        ModelVersion.newBuilder()
            .setName(status.id().resource())
            .setVersion(status.id().number())
            .setState(state(status.state()))
            .setReason(status.reason().map(Enum::name).orElse(""))
            .setMessage(status.message())
            .setStateTime(timestamp(status.since()))
            .setMemoryBytes(status.memoryBytes())
            .addAllLabels(RecordCodec.labels(record, status.id().number()));
    status
        .signatures()
        .forEach((name, signature) -> builder.putSignatures(name, encode(signature)));
    status.warmUp().ifPresent(report -> builder.setWarmUp(encode(report)));
    manifests
        .apply(status.id())
        .ifPresent(manifest -> builder.setProvenance(encode(status.id(), manifest)));
    digests.apply(status.id()).ifPresent(builder::setDigest);
    return builder.build();
  }

  private static dev.millrace.v1.VersionState state(VersionState state) {
    return dev.millrace.v1.VersionState.valueOf("VERSION_STATE_" + state.name());
  }

  private static Signature encode(dev.millrace.server.model.Signature signature) {
    Signature.Builder builder = Signature.newBuilder();
    signature.inputs().forEach((name, spec) -> builder.putInputs(name, encode(spec)));
    signature.outputs().forEach((name, spec) -> builder.putOutputs(name, encode(spec)));
    return builder.build();
  }

  private static dev.millrace.v1.TensorSpec encode(TensorSpec spec) {
    return dev.millrace.v1.TensorSpec.newBuilder()
        .setDtypeValue(spec.dtype().number())
        .addAllShape(Arrays.stream(spec.shape().toArray()).boxed().toList())
        .setUnknownRank(spec.shape().isUnknownRank())
        .build();
  }

  private static dev.millrace.v1.WarmUpReport encode(WarmUpReport report) {
    return dev.millrace.v1.WarmUpReport.newBuilder()
        .setRequests(report.requests())
        .setLoadDuration(duration(report.loadDuration()))
        .setFirstRequest(duration(report.firstRequest()))
        .setLastRequest(duration(report.lastRequest()))
        .addAllSkipped(report.skipped())
        .setRecords(report.records())
        .setExecution(ExecutionMode.valueOf("EXECUTION_MODE_" + report.execution().name()))
        .putAllBatching(Maps.transformValues(report.batching(), ModelCodec::encode))
        .putAllNotCached(report.notCached())
        .build();
  }

  private static dev.millrace.v1.BatchPlan encode(BatchPlan plan) {
    dev.millrace.v1.BatchPlan.Builder builder =
        dev.millrace.v1.BatchPlan.newBuilder()
            .setBatchable(plan.batchable())
            .setBestSize(plan.bestSize())
            .setExplanation(plan.explanation());
    for (BatchPlan.Measurement tried : plan.tried()) {
      builder.addTried(
          BatchMeasurement.newBuilder()
              .setRows(tried.rows())
              .setLatency(duration(tried.latency()))
              .setRowsPerSecond(tried.rowsPerSecond()));
    }
    return builder.build();
  }

  private Provenance encode(VersionId id, Manifest manifest) {
    Provenance.Builder provenance = Provenance.newBuilder();
    dataDeleted.apply(id).map(ModelCodec::timestamp).ifPresent(provenance::setDatasetDeleteTime);
    return provenance
        .setRecipe(manifest.recipe())
        .setTrainingJob(
            manifest.trainingJob().isEmpty() ? "" : "trainingJobs/" + manifest.trainingJob())
        .putAllParameters(manifest.parameters())
        .setSeed(manifest.seed())
        .setDatasetDigest(manifest.datasetDigest())
        .putAllMetrics(manifest.metrics())
        .setCreateTime(timestamp(manifest.createTime()))
        .setSizeBytes(manifest.sizeBytes())
        .setProducer(manifest.producer())
        .setParent(
            manifest.parent() > 0 ? new VersionId(id.model(), manifest.parent()).resource() : "")
        .build();
  }

  static Timestamp timestamp(Instant instant) {
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }

  static Duration duration(java.time.Duration duration) {
    return Duration.newBuilder()
        .setSeconds(duration.getSeconds())
        .setNanos(duration.getNano())
        .build();
  }
}
