package dev.millrace.server.rollout;

import dev.millrace.server.catalog.ModelCatalog;
import dev.millrace.server.catalog.VersionStatus;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Predicate;

/** Waits for a version's state without a thread. */
final class StateWait {
  private StateWait() {}

  /**
   * Complete when the version is in a state, or fails.
   *
   * @param failure what a state means that ends the wait in vain; empty for others
   * @param executor completes the stage
   */
  static CompletionStage<Void> until(
      ModelCatalog catalog,
      VersionId id,
      Predicate<VersionStatus> reached,
      Function<VersionStatus, Optional<ServingException>> failure,
      Executor executor) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    ModelCatalog.Subscription subscription =
        catalog.subscribe(
            status -> {
              if (!status.id().equals(id)) {
                return;
              }
              // The catalog's lock is held here.
              if (reached.test(status)) {
                executor.execute(() -> done.complete(null));
              } else {
                failure
                    .apply(status)
                    .ifPresent(error -> executor.execute(() -> done.completeExceptionally(error)));
              }
            });
    done.whenComplete((nothing, failed) -> subscription.close());
    return done;
  }
}
