package dev.millrace.server.rollout;

import dev.millrace.server.catalog.ModelCatalog;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.registry.HistoryAction;
import dev.millrace.server.registry.HistoryEvent;
import dev.millrace.server.registry.Registry;
import java.util.Map;

/**
 * Has a version loaded and kept loaded, whatever the model's settings say. One that has failed is
 * tried again. Thread-safe.
 */
public final class Load {
  private final KnownVersions versions;
  private final Registry registry;
  private final ModelCatalog catalog;
  private final Runnable scan;

  Load(KnownVersions versions, Registry registry, ModelCatalog catalog, Runnable scan) {
    this.scan = scan;
    this.versions = versions;
    this.registry = registry;
    this.catalog = catalog;
  }

  /**
   * Returns at once; the load goes on.
   *
   * @throws dev.millrace.server.model.ServingException MODEL_NOT_FOUND, VERSION_NOT_FOUND or
   *     ETAG_MISMATCH
   */
  public void load(VersionId id, ChangeOrder order) {
    versions.require(id);
    registry.change(
        id.model(),
        order.etag(),
        before -> {
          versions.requireStored(id);
          return before.withPinned(id.number());
        },
        before ->
            HistoryEvent.of(
                id.model(),
                order.actor(),
                HistoryAction.LOADED,
                0,
                id.number(),
                order.reason(),
                Map.of()));
    catalog.retry(id);
    scan.run();
  }
}
