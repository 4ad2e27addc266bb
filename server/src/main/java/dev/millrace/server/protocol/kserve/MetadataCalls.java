package dev.millrace.server.protocol.kserve;

import dev.millrace.proto.inference.ModelConfig;
import dev.millrace.proto.inference.ModelDynamicBatching;
import dev.millrace.proto.inference.ModelInput;
import dev.millrace.proto.inference.ModelInstanceGroup;
import dev.millrace.proto.inference.ModelMetadataResponse;
import dev.millrace.proto.inference.ModelMetadataResponse.TensorMetadata;
import dev.millrace.proto.inference.ModelOutput;
import dev.millrace.proto.inference.ModelTransactionPolicy;
import dev.millrace.proto.inference.ModelVersionPolicy;
import dev.millrace.server.catalog.ModelCatalog;
import dev.millrace.server.catalog.VersionStatus;
import dev.millrace.server.model.BatchPlan;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.Signature;
import dev.millrace.server.model.VersionChoice;
import dev.millrace.server.model.VersionState;
import dev.millrace.server.protocol.ServedVersions;
import dev.millrace.server.tensor.TensorSpec;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/** What a model takes and gives, and how it is run. Thread-safe. */
final class MetadataCalls {
  private static final String PLATFORM = "tensorflow_savedmodel";
  private static final int PRIORITIES = 3;
  private static final int NORMAL = 2;

  private final ModelCatalog catalog;
  private final ServedVersions versions;
  private final int workers;

  MetadataCalls(ModelCatalog catalog, ServedVersions versions, int workers) {
    this.catalog = catalog;
    this.versions = versions;
    this.workers = workers;
  }

  ModelMetadataResponse metadata(ModelReference reference) {
    VersionStatus status = versions.answering(reference);
    ModelMetadataResponse.Builder builder =
        ModelMetadataResponse.newBuilder()
            .setName(reference.model().id())
            .setPlatform(PLATFORM)
            .putProperties("signatures", String.join(",", status.signatures().keySet()));
    Signature signature = signature(status);
    signature.inputs().forEach((name, spec) -> builder.addInputs(tensor(name, spec)));
    signature.outputs().forEach((name, spec) -> builder.addOutputs(tensor(name, spec)));
    catalog.statuses(reference.model()).orElse(List.of()).stream()
        .filter(version -> version.state() == VersionState.AVAILABLE)
        .filter(
            version ->
                reference.choice() instanceof VersionChoice.Latest
                    || version.id().equals(status.id()))
        .map(version -> Long.toString(version.id().number()))
        .sorted((a, b) -> Long.compare(Long.parseLong(a), Long.parseLong(b)))
        .forEach(builder::addVersions);
    return builder.build();
  }

  ModelConfig config(ModelReference reference) {
    VersionStatus status = versions.answering(reference);
    Signature signature = signature(status);
    BatchPlan plan =
        status
            .warmUp()
            .map(report -> report.plan(Signature.DEFAULT_NAME))
            .orElse(BatchPlan.alone(List.of(), ""));
    boolean batches = plan.batchable();
    ModelConfig.Builder builder =
        ModelConfig.newBuilder()
            .setName(reference.model().id())
            .setPlatform(PLATFORM)
            .setBackend("tensorflow")
            .setDefaultModelFilename("model.savedmodel")
            .setMaxBatchSize(batches ? plan.bestSize() : 0)
            .setVersionPolicy(
                ModelVersionPolicy.newBuilder().setAll(ModelVersionPolicy.All.newBuilder()))
            .setModelTransactionPolicy(ModelTransactionPolicy.getDefaultInstance())
            .addInstanceGroup(
                ModelInstanceGroup.newBuilder()
                    .setName(reference.model().id())
                    .setKind(ModelInstanceGroup.Kind.KIND_CPU)
                    .setCount(workers));
    if (batches) {
      builder.setDynamicBatching(
          ModelDynamicBatching.newBuilder()
              .addPreferredBatchSize(plan.bestSize())
              .setPriorityLevels(PRIORITIES)
              .setDefaultPriorityLevel(NORMAL));
    }
    signature
        .inputs()
        .forEach(
            (name, spec) ->
                builder.addInput(
                    ModelInput.newBuilder()
                        .setName(name)
                        .setDataType(Datatypes.configured(spec.dtype()))
                        .addAllDims(dims(spec, batches))));
    signature
        .outputs()
        .forEach(
            (name, spec) ->
                builder.addOutput(
                    ModelOutput.newBuilder()
                        .setName(name)
                        .setDataType(Datatypes.configured(spec.dtype()))
                        .addAllDims(dims(spec, batches))));
    return builder.build();
  }

  /** The signature that predictions run; one without tensors where the model has none. */
  private static Signature signature(VersionStatus status) {
    return status
        .signatures()
        .getOrDefault(Signature.DEFAULT_NAME, new Signature(new TreeMap<>(), new TreeMap<>()));
  }

  private static TensorMetadata tensor(String name, TensorSpec spec) {
    return TensorMetadata.newBuilder()
        .setName(name)
        .setDatatype(Datatypes.name(spec.dtype()))
        .addAllShape(dims(spec, false))
        .build();
  }

  /** The protocol has no unknown rank; a single open size stands for it. */
  private static List<Long> dims(TensorSpec spec, boolean withoutBatch) {
    if (spec.shape().isUnknownRank()) {
      return List.of(-1L);
    }
    List<Long> sizes = Arrays.stream(spec.shape().toArray()).boxed().toList();
    return withoutBatch && !sizes.isEmpty() ? sizes.subList(1, sizes.size()) : sizes;
  }
}
