package dev.millrace.server.protocol.kserve;

import dev.millrace.proto.inference.InferBatchStatistics;
import dev.millrace.proto.inference.InferStatistics;
import dev.millrace.proto.inference.MemoryUsage;
import dev.millrace.proto.inference.ModelStatisticsResponse;
import dev.millrace.proto.inference.StatisticDuration;
import dev.millrace.server.catalog.ModelCatalog;
import dev.millrace.server.catalog.VersionStatus;
import dev.millrace.server.inference.statistics.ModelStatistics;
import dev.millrace.server.inference.statistics.VersionStatistics;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.VersionChoice;
import dev.millrace.server.model.VersionState;
import dev.millrace.server.protocol.Callers;
import dev.millrace.server.protocol.ServedVersions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What models have done, as Triton counts it. Thread-safe. */
final class StatisticsCalls {
  private final ModelCatalog catalog;
  private final ServedVersions versions;
  private final ModelStatistics statistics;

  StatisticsCalls(ModelCatalog catalog, ServedVersions versions, ModelStatistics statistics) {
    this.catalog = catalog;
    this.versions = versions;
    this.statistics = statistics;
  }

  /** Of all models that the caller may see. */
  ModelStatisticsResponse all() {
    List<VersionStatus> found = new ArrayList<>();
    catalog
        .statuses()
        .forEach(
            (model, versions) -> {
              if (Callers.see(model)) {
                found.addAll(versions);
              }
            });
    return encode(found);
  }

  /** Of all versions of a model, or of one. */
  ModelStatisticsResponse of(ModelReference reference) {
    VersionStatus answering = versions.answering(reference);
    return encode(
        reference.choice() instanceof VersionChoice.Latest
            ? catalog.statuses(reference.model()).orElse(List.of())
            : List.of(answering));
  }

  private ModelStatisticsResponse encode(List<VersionStatus> found) {
    ModelStatisticsResponse.Builder response = ModelStatisticsResponse.newBuilder();
    found.stream()
        .filter(status -> status.state() == VersionState.AVAILABLE)
        .sorted(Comparator.comparing(VersionStatus::id))
        .forEach(
            status ->
                statistics
                    .of(status.id())
                    .ifPresent(counted -> response.addModelStats(encode(status, counted))));
    return response.build();
  }

  private static dev.millrace.proto.inference.ModelStatistics.Builder encode(
      VersionStatus status, VersionStatistics counted) {
    dev.millrace.proto.inference.ModelStatistics.Builder builder =
        dev.millrace.proto.inference.ModelStatistics.newBuilder()
            .setName(status.id().model().id())
            .setVersion(Long.toString(status.id().number()))
            .setLastInference(counted.lastRequest().toEpochMilli())
            .setInferenceCount(counted.rows())
            .setExecutionCount(counted.runs())
            .setInferenceStats(
                InferStatistics.newBuilder()
                    .setSuccess(encode(counted.success()))
                    .setFail(encode(counted.fail()))
                    .setQueue(encode(counted.queue()))
                    .setComputeInput(encode(counted.input()))
                    .setComputeInfer(encode(counted.infer()))
                    .setComputeOutput(encode(counted.output()))
                    .setCacheHit(encode(counted.cacheHit()))
                    .setCacheMiss(encode(counted.cacheMiss())))
            .addMemoryUsage(
                MemoryUsage.newBuilder().setType("CPU").setByteSize(status.memoryBytes()));
    counted
        .batches()
        .forEach(
            (rows, phases) ->
                builder.addBatchStats(
                    InferBatchStatistics.newBuilder()
                        .setBatchSize(rows)
                        .setComputeInput(encode(phases.input()))
                        .setComputeInfer(encode(phases.infer()))
                        .setComputeOutput(encode(phases.output()))));
    return builder;
  }

  private static StatisticDuration encode(VersionStatistics.Total total) {
    return StatisticDuration.newBuilder().setCount(total.count()).setNs(total.nanos()).build();
  }
}
