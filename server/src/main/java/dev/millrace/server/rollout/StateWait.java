package dev.millrace.server.rollout;

import dev.millrace.server.catalog.CatalogListener;
import dev.millrace.server.catalog.ModelCatalog;
import dev.millrace.server.catalog.VersionStatus;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.model.VersionState;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Waits without a thread until a version is loaded, or is out of memory, for as long as that is
 * what is wanted of it.
 */
final class StateWait implements CatalogListener {
  private static final Set<VersionState> OUT =
      EnumSet.of(VersionState.STORED, VersionState.RELEASED, VersionState.FAILED);

  private final VersionId id;
  private final boolean loaded;
  private final String failure;
  private final Executor executor;
  private final CompletableFuture<Void> done = new CompletableFuture<>();
  private volatile boolean wished;

  private StateWait(
      VersionId id, boolean loaded, boolean wished, String failure, Executor executor) {
    this.id = id;
    this.loaded = loaded;
    this.wished = wished;
    this.failure = failure;
    this.executor = executor;
  }

  /**
   * Waits for a load that may be stated only later.
   *
   * @param failure what a load that fails is called; its own message follows
   * @param executor completes the stage
   * @return complete when the version is available; a ServingException LOAD_FAILED, or SUPERSEDED
   *     when it was wanted and no longer is
   */
  static CompletableFuture<Void> untilLoaded(
      ModelCatalog catalog, VersionId id, String failure, Executor executor) {
    return new StateWait(id, true, catalog.isWanted(id), failure, executor).on(catalog);
  }

  /** The same for a load that has been stated: SUPERSEDED if it is not wanted even now. */
  static CompletionStage<Void> untilStatedIsLoaded(
      ModelCatalog catalog, VersionId id, String failure, Executor executor) {
    return new StateWait(id, true, true, failure, executor).on(catalog);
  }

  /**
   * Waits for a version that was stated not to be loaded.
   *
   * @return complete when it is out of memory, or forgotten; a ServingException SUPERSEDED when it
   *     is wanted again
   */
  static CompletionStage<Void> untilOut(ModelCatalog catalog, VersionId id, Executor executor) {
    return new StateWait(id, false, true, "", executor).on(catalog);
  }

  private CompletableFuture<Void> on(ModelCatalog catalog) {
    ModelCatalog.Subscription subscription = catalog.subscribe(this);
    judge(catalog.isWanted(id));
    if (!loaded && catalog.statuses(id.model()).stream().noneMatch(this::names)) {
      tell(() -> done.complete(null));
    }
    done.whenComplete((nothing, failed) -> subscription.close());
    return done;
  }

  private boolean names(List<VersionStatus> versions) {
    return versions.stream().anyMatch(status -> status.id().equals(id));
  }

  // The catalog's lock is held in both: whoever waits is told on the executor.

  @Override
  public void onChange(VersionStatus status) {
    if (!status.id().equals(id)) {
      return;
    }
    if (loaded ? status.state() == VersionState.AVAILABLE : OUT.contains(status.state())) {
      tell(() -> done.complete(null));
    } else if (loaded && status.state() == VersionState.FAILED) {
      fail(ErrorReason.LOAD_FAILED, failure + ": " + status.message());
    }
  }

  @Override
  public void onStated(ModelName model, Set<Long> wanted) {
    if (model.equals(id.model())) {
      judge(wanted.contains(id.number()));
    }
  }

  private void judge(boolean wanted) {
    if (wanted == loaded) {
      wished = true;
    } else if (wished) {
      fail(
          ErrorReason.SUPERSEDED,
          id
              + (loaded ? " shall no longer be loaded" : " shall be loaded after all")
              + ": another change was made meanwhile; look at the model and repeat the call");
    }
  }

  private void fail(ErrorReason reason, String message) {
    ServingException error = new ServingException(reason, message, KnownVersions.metadata(id));
    tell(() -> done.completeExceptionally(error));
  }

  private void tell(Runnable ending) {
    try {
      executor.execute(ending);
    } catch (RejectedExecutionException stopping) {
      ending.run();
    }
  }
}
