package dev.millrace.server.boot;

import dev.millrace.server.catalog.ModelCatalog;
import dev.millrace.server.catalog.VersionStatus;
import dev.millrace.server.evaluation.VersionAccess;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.Signature;
import dev.millrace.server.model.VersionChoice;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.model.VersionState;
import dev.millrace.server.registry.Registry;
import dev.millrace.server.rollout.Loans;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/** The versions of the repository, lent to evaluations. Thread-safe. */
final class VersionsToEvaluate implements VersionAccess {
  private static final long LOOK_MILLIS = 100;

  private final Registry registry;
  private final ModelCatalog catalog;
  private final Loans loans;
  private final Function<VersionId, Optional<String>> digests;

  VersionsToEvaluate(
      Registry registry,
      ModelCatalog catalog,
      Loans loans,
      Function<VersionId, Optional<String>> digests) {
    this.registry = registry;
    this.catalog = catalog;
    this.loans = loans;
    this.digests = digests;
  }

  @Override
  public VersionId resolve(ModelReference reference) {
    ModelReference resolved = registry.resolve(reference);
    if (resolved.choice() instanceof VersionChoice.Latest) {
      OptionalLong champion = registry.get(resolved.model()).champion();
      if (champion.isPresent()) {
        return new VersionId(resolved.model(), champion.getAsLong());
      }
    }
    List<VersionStatus> meant = catalog.statuses(resolved);
    return meant.stream()
        .filter(status -> status.state() == VersionState.AVAILABLE)
        .findFirst()
        .orElse(meant.get(0))
        .id();
  }

  @Override
  public Hold hold(VersionId id, BooleanSupplier cancelled) throws InterruptedException {
    ModelReference exact = new ModelReference(id.model(), new VersionChoice.Exact(id.number()));
    catalog.statuses(exact);
    Loans.Loan loan = loans.lend(id);
    try {
      await(loan, cancelled);
      return held(catalog.statuses(exact).get(0), loan);
    } catch (InterruptedException | RuntimeException | Error failed) {
      loan.close();
      throw failed;
    }
  }

  private static void await(Loans.Loan loan, BooleanSupplier cancelled)
      throws InterruptedException {
    while (true) {
      try {
        loan.loaded().toCompletableFuture().get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        return;
      } catch (TimeoutException notYet) {
        if (cancelled.getAsBoolean()) {
          throw new ServingException(ErrorReason.CALLER_CANCELLED, "the evaluation was cancelled");
        }
      } catch (ExecutionException failed) {
        if (failed.getCause() instanceof ServingException refused) {
          throw refused;
        }
        throw new IllegalStateException("a load was not heard of", failed);
      }
    }
  }

  private Hold held(VersionStatus status, Loans.Loan loan) {
    AtomicBoolean closed = new AtomicBoolean();
    String digest = digests.apply(status.id()).orElse("");
    return new Hold() {
      @Override
      public SortedMap<String, Signature> signatures() {
        return status.signatures();
      }

      @Override
      public String digest() {
        return digest;
      }

      @Override
      public long memoryBytes() {
        return status.memoryBytes();
      }

      @Override
      public void close() {
        if (closed.compareAndSet(false, true)) {
          loan.close();
        }
      }
    };
  }
}
