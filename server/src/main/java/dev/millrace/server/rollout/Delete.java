package dev.millrace.server.rollout;

import dev.millrace.server.model.Failpoints;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.registry.HistoryAction;
import dev.millrace.server.registry.HistoryEvent;
import dev.millrace.server.registry.Registry;
import dev.millrace.server.registry.RegistryStore;
import dev.millrace.server.repository.Trash;
import dev.millrace.server.repository.Unwritable;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes a version for good, in three steps that a stop of the machine may fall between:
 *
 * <ol>
 *   <li>the version's folder is moved into the trash by one rename, and synced. From here on the
 *       version is gone, and that it lies in the trash says so;
 *   <li>the registry forgets it and remembers that its number was given out, in one transaction;
 *   <li>the files in the trash are deleted.
 * </ol>
 *
 * Before the first step nothing has happened. After it the next start finds the version in the
 * trash, and {@link #finish} takes the other steps, each of which may be repeated. The other way
 * around, a stop after the registry's write would bring the version back, whole but without its
 * past. Numbers do not come free in between: a number counts as given out while it lies in the
 * trash, and by the registry's record from then on. Steps one and two happen within one change of
 * the registry, so that no label can be set in between. Thread-safe.
 */
public final class Delete {
  private static final Logger log = LoggerFactory.getLogger(Delete.class);
  private static final int LOOKED_BACK = 100;

  private final KnownVersions versions;
  private final Registry registry;
  private final RegistryStore store;
  private final Trash trash;
  private final Runnable scan;
  private final Failpoints failpoints;

  Delete(
      KnownVersions versions,
      Registry registry,
      RegistryStore store,
      Trash trash,
      Runnable scan,
      Failpoints failpoints) {
    this.scan = scan;
    this.versions = versions;
    this.registry = registry;
    this.store = store;
    this.trash = trash;
    this.failpoints = failpoints;
  }

  /**
   * Deletes a version that nothing holds.
   *
   * @throws ServingException MODEL_NOT_FOUND, VERSION_NOT_FOUND, VERSION_IN_USE, ETAG_MISMATCH or
   *     REPOSITORY_UNWRITABLE; nothing is changed then
   */
  public void delete(VersionId id, ChangeOrder order) {
    versions.require(id);
    AtomicLong takenAt = new AtomicLong(-1);
    try {
      registry.enact(
          id.model(),
          order.etag(),
          before -> {
            versions.requireStored(id);
            KnownVersions.requireFree(id, before);
            take(id);
            takenAt.set(before.revision());
            failpoints.reach("delete.trashed");
            return before.withoutVersion(id.number());
          },
          before -> deleted(id, order.actor(), order.reason()));
    } catch (RuntimeException | Error refused) {
      // The revision tells whether the registry was written before it failed.
      if (registry.get(id.model()).revision() == takenAt.get()) {
        restore(id);
      }
      throw refused;
    }
    failpoints.reach("delete.recorded");
    forgetAndClear(id);
    failpoints.reach("delete.emptied");
    scan.run();
  }

  /** Ends the deletes that a stop of the machine broke off. To be called before the first scan. */
  public void finish() {
    try {
      for (VersionId id : trash.contents()) {
        if (!isRecorded(id)) {
          registry.enact(
              id.model(),
              "",
              before -> before.withoutVersion(id.number()),
              before -> deleted(id, HistoryEvent.BY_ITSELF, "finished after a stop of the server"));
        }
        forgetAndClear(id);
      }
    } catch (IOException unreadable) {
      log.warn("the trash of the model repository cannot be read", unreadable);
    }
  }

  private boolean isRecorded(VersionId id) {
    return registry.history(id.model(), Long.MAX_VALUE, LOOKED_BACK).stream()
        .anyMatch(event -> event.action() == HistoryAction.DELETED && event.from() == id.number());
  }

  private void take(VersionId id) {
    try {
      trash.take(id);
    } catch (IOException unwritable) {
      throw Unwritable.of(id.model(), unwritable);
    }
  }

  private void restore(VersionId id) {
    try {
      trash.restore(id);
    } catch (IOException stuck) {
      log.error("{} lies in the trash; the next start ends its delete", id, stuck);
    }
  }

  private void forgetAndClear(VersionId id) {
    try {
      store.forget(id);
      trash.clear(id);
    } catch (IOException | RuntimeException left) {
      log.warn("{} is deleted, but some of its files are left until the next start", id, left);
    }
  }

  private static HistoryEvent deleted(VersionId id, String actor, String reason) {
    return HistoryEvent.of(
        id.model(), actor, HistoryAction.DELETED, id.number(), 0, reason, Map.of());
  }
}
