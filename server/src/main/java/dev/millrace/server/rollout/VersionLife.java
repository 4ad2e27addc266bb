package dev.millrace.server.rollout;

import dev.millrace.server.catalog.ModelCatalog;
import dev.millrace.server.model.Failpoints;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.registry.HistoryEvent;
import dev.millrace.server.registry.Registry;
import dev.millrace.server.registry.RegistryStore;
import dev.millrace.server.repository.ModelRepository;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What can be done to versions, each as one use case over the same parts.
 *
 * @param load has one loaded
 * @param unload takes one out of memory
 * @param delete deletes one
 * @param label sets labels
 * @param promote moves the champion on
 * @param rollback moves the champion back
 * @param history reads events of a model: those before a sequence, at most so many
 */
public record VersionLife(
    Load load,
    Unload unload,
    Delete delete,
    SetLabel label,
    Promote promote,
    Rollback rollback,
    History history) {
  /** Reads what was done. */
  @FunctionalInterface
  public interface History {
    /**
     * Events of a model, newest first.
     *
     * @throws dev.millrace.server.model.ServingException MODEL_NOT_FOUND
     */
    List<HistoryEvent> read(ModelName model, long before, int limit);
  }

  /**
   * The use cases.
   *
   * @param bake how long a model's new champions are watched
   * @param signed refuses new champions that lack a signature their model asks for
   * @param scan states anew what shall be loaded
   * @param scanSoon has that done on another thread
   * @param executor makes moves that had to wait for a load
   */
  public static VersionLife over(
      Registry registry,
      RegistryStore store,
      ModelRepository repository,
      ModelCatalog catalog,
      Summons summons,
      Function<ModelName, Duration> bake,
      Consumer<VersionId> signed,
      Runnable scan,
      Runnable scanSoon,
      Executor executor,
      InstantSource clock,
      Failpoints failpoints) {
    KnownVersions versions = new KnownVersions(catalog, repository);
    return new VersionLife(
        new Load(versions, registry, catalog, scan),
        new Unload(versions, registry, scan),
        new Delete(versions, registry, store, repository.trash(), scan, failpoints),
        new SetLabel(versions, registry),
        new Promote(versions, registry, catalog, summons, bake, clock, signed),
        new Rollback(versions, registry, catalog, summons, scanSoon, executor),
        (model, before, limit) -> {
          List<HistoryEvent> events = registry.history(model, before, limit);
          if (events.isEmpty() && registry.find(model).isEmpty()) {
            versions.require(model);
          }
          return events;
        });
  }
}
