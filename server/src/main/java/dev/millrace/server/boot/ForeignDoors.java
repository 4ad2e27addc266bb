package dev.millrace.server.boot;

import dev.millrace.server.boot.config.ServeOptions;
import dev.millrace.server.catalog.CatalogListener;
import dev.millrace.server.catalog.ModelCatalog;
import dev.millrace.server.catalog.VersionStatus;
import dev.millrace.server.inference.Predictor;
import dev.millrace.server.inference.statistics.ModelStatistics;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.VersionChoice;
import dev.millrace.server.protocol.CallThreads;
import dev.millrace.server.protocol.MalformedRequests;
import dev.millrace.server.protocol.ServedVersions;
import dev.millrace.server.protocol.StatusMapper;
import dev.millrace.server.protocol.kserve.InferenceServiceKserve;
import dev.millrace.server.protocol.kserve.RepositoryControl;
import dev.millrace.server.protocol.tfserving.ModelServiceTf;
import dev.millrace.server.protocol.tfserving.PredictionServiceTf;
import dev.millrace.server.registry.Registry;
import dev.millrace.server.rollout.ChangeOrder;
import dev.millrace.server.rollout.ModelLoads;
import dev.millrace.server.rollout.ModelSet;
import dev.millrace.server.rollout.VersionLife;
import io.grpc.ServerServiceDefinition;
import java.time.InstantSource;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;

/**
 * The doors for clients of other servers: the Open Inference Protocol's, and TensorFlow Serving's.
 */
final class ForeignDoors implements CatalogListener {
  private final ModelCatalog catalog;
  private final Registry registry;
  private final VersionLife life;
  private final ServeOptions options;
  private final InstantSource clock;
  private final BooleanSupplier ready;
  private final ModelStatistics statistics;
  private final ServedVersions versions;

  ForeignDoors(
      ModelCatalog catalog,
      Registry registry,
      VersionLife life,
      ServeOptions options,
      InstantSource clock,
      BooleanSupplier ready) {
    this.catalog = catalog;
    this.registry = registry;
    this.life = life;
    this.options = options;
    this.clock = clock;
    this.ready = ready;
    this.statistics = new ModelStatistics(clock);
    this.versions = new ServedVersions(this::decided, catalog::lease);
  }

  /** What clients may ask for; to be told of requests, runs and the cache. */
  ModelStatistics statistics() {
    return statistics;
  }

  /**
   * The services.
   *
   * @param inline threads of predictions
   * @param set replaces what is served
   * @param tensorContent true for outputs of TensorFlow Serving's Predict as raw bytes
   */
  List<ServerServiceDefinition> services(
      Predictor predictor,
      StatusMapper statuses,
      MalformedRequests malformed,
      CallThreads inline,
      Executor calls,
      ModelSet set,
      boolean tensorContent) {
    InferenceServiceKserve kserve =
        new InferenceServiceKserve(
            catalog,
            versions,
            predictor,
            statistics,
            new Control(new ModelLoads(catalog, registry, life, calls)),
            ready,
            options.workers(),
            statuses,
            calls,
            clock);
    PredictionServiceTf prediction =
        new PredictionServiceTf(
            predictor, versions, statuses, clock, tensorContent, options.maxInputBytes());
    ModelServiceTf models =
        new ModelServiceTf(
            catalog,
            versions,
            (list, actor) ->
                set.replace(list, new ChangeOrder(actor, "", "HandleReloadConfigRequest")),
            statuses);
    return List.of(
        malformed.guard(kserve.definition(), inline),
        malformed.guard(prediction.definition(), inline),
        malformed.guard(models.bindService(), CallThreads.of(calls, statuses)));
  }

  /** The version in the place of a label, and the champion in the place of none. */
  private ModelReference decided(ModelReference reference) {
    if (reference.choice() instanceof VersionChoice.Latest) {
      OptionalLong champion = registry.get(reference.model()).champion();
      return champion.isEmpty()
          ? reference
          : new ModelReference(reference.model(), new VersionChoice.Exact(champion.getAsLong()));
    }
    return registry.resolve(reference);
  }

  private record Control(ModelLoads loads) implements RepositoryControl {
    @Override
    public CompletionStage<Void> load(ModelName model, String actor) {
      return loads.load(model, new ChangeOrder(actor, "", "RepositoryModelLoad"));
    }

    @Override
    public CompletionStage<Void> unload(ModelName model, String actor) {
      return loads.unload(model, new ChangeOrder(actor, "", "RepositoryModelUnload"));
    }
  }

  @Override
  public void onChange(VersionStatus status) {
    statistics.onChange(status);
    versions.onChange(status);
  }
}
