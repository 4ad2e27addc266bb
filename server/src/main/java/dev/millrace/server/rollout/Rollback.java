package dev.millrace.server.rollout;

import dev.millrace.server.catalog.ModelCatalog;
import dev.millrace.server.catalog.VersionStatus;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.model.VersionState;
import dev.millrace.server.registry.HistoryAction;
import dev.millrace.server.registry.HistoryEvent;
import dev.millrace.server.registry.ModelRecord;
import dev.millrace.server.registry.Registry;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Makes the former champion the champion again. One that is in memory answers at once; one that is
 * not is loaded first, and no thread waits for that. Thread-safe.
 */
public final class Rollback {
  private final KnownVersions versions;
  private final Registry registry;
  private final ModelCatalog catalog;
  private final Summons summons;
  private final Runnable scan;
  private final Executor executor;

  /**
   * Over a registry and a catalog.
   *
   * @param scan has what shall be loaded stated anew, soon
   * @param executor makes the move after a load; must not run it on the calling thread
   */
  Rollback(
      KnownVersions versions,
      Registry registry,
      ModelCatalog catalog,
      Summons summons,
      Runnable scan,
      Executor executor) {
    this.versions = versions;
    this.registry = registry;
    this.catalog = catalog;
    this.summons = summons;
    this.scan = scan;
    this.executor = executor;
  }

  /**
   * Rolls back.
   *
   * @return the move; or a {@link ServingException} MODEL_NOT_FOUND, NO_FORMER_VERSION, LOAD_FAILED
   *     or ETAG_MISMATCH
   */
  public CompletionStage<Moved> rollBack(ModelName model, ChangeOrder order) {
    VersionId former;
    try {
      former = former(model, order.etag());
    } catch (ServingException refused) {
      return CompletableFuture.failedFuture(refused);
    }
    Runnable dismiss = summons.call(former);
    CompletableFuture<Moved> moved = new CompletableFuture<>();
    if (catalog.keep(former)) {
      move(former, order, moved);
    } else {
      loadFirst(former, order, moved);
    }
    return moved.whenComplete(
        (done, failed) -> {
          dismiss.run();
          scan.run();
        });
  }

  private VersionId former(ModelName model, String etag) {
    versions.require(model);
    ModelRecord record = registry.get(model);
    if (record.former().isEmpty()) {
      throw new ServingException(
          ErrorReason.NO_FORMER_VERSION,
          "model '" + model + "' has no champion before the present one; promote a version instead",
          Map.of("model", model.id()));
    }
    if (!etag.isEmpty() && !etag.equals(record.etag())) {
      throw changedSince(record);
    }
    VersionId former = new VersionId(model, record.former().getAsLong());
    try {
      versions.requireStored(former);
    } catch (ServingException gone) {
      throw new ServingException(
          ErrorReason.NO_FORMER_VERSION,
          "the former champion, " + former + ", is no longer in the repository; promote another",
          KnownVersions.metadata(former));
    }
    return former;
  }

  private void loadFirst(VersionId former, ChangeOrder order, CompletableFuture<Moved> moved) {
    catalog.retry(former);
    scan.run();
    ModelCatalog.Subscription subscription =
        catalog.subscribe(
            status -> {
              if (status.id().equals(former)) {
                hear(status, order, moved);
              }
            });
    moved.whenComplete((done, failed) -> subscription.close());
  }

  private void hear(VersionStatus status, ChangeOrder order, CompletableFuture<Moved> moved) {
    try {
      if (status.state() == VersionState.AVAILABLE) {
        executor.execute(() -> move(status.id(), order, moved));
      } else if (status.state() == VersionState.FAILED) {
        executor.execute(() -> moved.completeExceptionally(failed(status)));
      }
    } catch (RejectedExecutionException stopping) {
      moved.completeExceptionally(
          new ServingException(ErrorReason.DRAINING, "the server is stopping; ask another one"));
    }
  }

  private void move(VersionId former, ChangeOrder order, CompletableFuture<Moved> moved) {
    try {
      long[] from = new long[1];
      registry.change(
          former.model(),
          order.etag(),
          before -> {
            from[0] = before.champion().orElse(0);
            if (before.former().orElse(0) != former.number()) {
              throw changedSince(before);
            }
            return before.rolledBack();
          },
          before ->
              HistoryEvent.of(
                  former.model(),
                  order.actor(),
                  HistoryAction.ROLLED_BACK,
                  from[0],
                  former.number(),
                  order.reason(),
                  Map.of()));
      moved.complete(new Moved(from[0], former.number()));
    } catch (RuntimeException | Error refused) {
      moved.completeExceptionally(refused);
    }
  }

  private static ServingException changedSince(ModelRecord record) {
    return new ServingException(
        ErrorReason.ETAG_MISMATCH,
        "model '" + record.model() + "' has changed since; look at it again and repeat the call",
        Map.of("model", record.model().id(), "etag", record.etag()));
  }

  private static ServingException failed(VersionStatus status) {
    return new ServingException(
        ErrorReason.LOAD_FAILED,
        "the former champion, "
            + status.id()
            + ", could not be loaded ("
            + status.reason().map(Enum::name).orElse("")
            + "): "
            + status.message()
            + "; promote another version",
        KnownVersions.metadata(status.id()));
  }
}
