package dev.millrace.server.gate;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.registry.HistoryEvent;
import dev.millrace.server.registry.ModelRecord;
import dev.millrace.server.registry.Registry;
import dev.millrace.server.rollout.ChangeOrder;
import dev.millrace.server.rollout.Loans;
import dev.millrace.server.rollout.Promote;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** Promotes by the use case that persons promote by, with the version on loan until then. */
public final class LoanedPromoter implements Promoter {
  private static final int MOST_TRIES = 20;

  private final Registry registry;
  private final Loans loans;
  private final Promote promote;
  private final Executor executor;

  /**
   * A promoter.
   *
   * @param executor makes the move once the version is loaded
   */
  public LoanedPromoter(Registry registry, Loans loans, Promote promote, Executor executor) {
    this.registry = registry;
    this.loans = loans;
    this.promote = promote;
    this.executor = executor;
  }

  @Override
  public CompletionStage<Void> promote(
      VersionId id, long from, String reason, Map<String, String> evidence) {
    return CompletableFuture.supplyAsync(() -> loans.lend(id), executor)
        .thenCompose(
            loan ->
                loan.loaded()
                    .thenRunAsync(() -> move(id, from, reason, evidence), executor)
                    .whenComplete((done, failed) -> loan.close()));
  }

  /** Against the revision in which the champion was seen, so that nobody's later choice is lost. */
  private void move(VersionId id, long from, String reason, Map<String, String> evidence) {
    for (int tried = 1; ; tried++) {
      ModelRecord seen = registry.get(id.model());
      if (seen.champion().orElse(0) != from) {
        throw new ServingException(
            ErrorReason.SUPERSEDED, "the champion has changed since " + id + " was judged");
      }
      try {
        promote.promote(
            id,
            false,
            Optional.empty(),
            new ChangeOrder(HistoryEvent.BY_ITSELF, seen.etag(), reason),
            evidence);
        return;
      } catch (ServingException refused) {
        if (refused.reason() != ErrorReason.ETAG_MISMATCH || tried == MOST_TRIES) {
          throw refused;
        }
      }
    }
  }
}
