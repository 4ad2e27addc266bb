package dev.millrace.server.rollout;

import dev.millrace.server.model.VersionId;
import dev.millrace.server.registry.HistoryAction;
import dev.millrace.server.registry.HistoryEvent;
import dev.millrace.server.registry.Registry;
import java.util.Map;

/** Takes a version out of memory and keeps it out; its files stay. Thread-safe. */
public final class Unload {
  private final KnownVersions versions;
  private final Registry registry;
  private final Runnable scan;

  Unload(KnownVersions versions, Registry registry, Runnable scan) {
    this.scan = scan;
    this.versions = versions;
    this.registry = registry;
  }

  /**
   * Returns at once; requests in flight finish.
   *
   * @throws dev.millrace.server.model.ServingException MODEL_NOT_FOUND, VERSION_NOT_FOUND,
   *     VERSION_IN_USE or ETAG_MISMATCH
   */
  public void unload(VersionId id, ChangeOrder order) {
    versions.require(id);
    registry.change(
        id.model(),
        order.etag(),
        before -> {
          KnownVersions.requireFree(id, before);
          return before.withParked(id.number());
        },
        before ->
            HistoryEvent.of(
                id.model(),
                order.actor(),
                HistoryAction.UNLOADED,
                id.number(),
                0,
                order.reason(),
                Map.of()));
    scan.run();
  }
}
