package dev.millrace.server.rollout;

import dev.millrace.server.catalog.ModelCatalog;
import dev.millrace.server.catalog.VersionStatus;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.VersionChoice;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.registry.Registry;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * Loads and unloads whole models, for callers that know no versions: to load is to have the
 * champion loaded, or the newest version where there is none; to unload is to let all versions go.
 * Thread-safe.
 */
public final class ModelLoads {
  private final ModelCatalog catalog;
  private final Registry registry;
  private final VersionLife life;
  private final Executor executor;

  /**
   * Loads and unloads through the use cases of versions.
   *
   * @param executor tells those who wait
   */
  public ModelLoads(ModelCatalog catalog, Registry registry, VersionLife life, Executor executor) {
    this.catalog = catalog;
    this.registry = registry;
    this.life = life;
    this.executor = executor;
  }

  /**
   * Loads a model.
   *
   * @return complete when the version is available; a ServingException LOAD_FAILED, or SUPERSEDED
   *     when somebody else has it unloaded meanwhile
   * @throws ServingException MODEL_NOT_FOUND
   */
  public CompletionStage<Void> load(ModelName model, ChangeOrder order) {
    long newest = versions(model).get(0).id().number();
    VersionId id = new VersionId(model, registry.get(model).champion().orElse(newest));
    life.load().load(id, order);
    return StateWait.untilStatedIsLoaded(catalog, id, "failed to load '" + model + "'", executor);
  }

  /**
   * Unloads a model.
   *
   * @return complete when every version is out of memory; a ServingException SUPERSEDED when
   *     somebody else has one loaded meanwhile
   * @throws ServingException MODEL_NOT_FOUND, or VERSION_IN_USE when a label or the like holds one
   */
  public CompletionStage<Void> unload(ModelName model, ChangeOrder order) {
    List<VersionStatus> versions = versions(model);
    versions.forEach(status -> KnownVersions.requireFree(status.id(), registry.get(model)));
    versions.forEach(status -> life.unload().unload(status.id(), order));
    return CompletableFuture.allOf(
        versions.stream()
            .map(status -> StateWait.untilOut(catalog, status.id(), executor).toCompletableFuture())
            .toArray(CompletableFuture<?>[]::new));
  }

  private List<VersionStatus> versions(ModelName model) {
    return catalog.statuses(new ModelReference(model, new VersionChoice.Latest()));
  }
}
