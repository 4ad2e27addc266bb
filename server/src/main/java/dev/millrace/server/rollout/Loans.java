package dev.millrace.server.rollout;

import dev.millrace.server.catalog.ModelCatalog;
import dev.millrace.server.model.VersionId;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * Has versions in memory for as long as somebody needs them, without changing what is decided about
 * them. Thread-safe.
 */
public final class Loans {
  private final Summons summons;
  private final ModelCatalog catalog;
  private final Runnable scan;
  private final Runnable scanSoon;
  private final Executor executor;

  /**
   * Loans of a catalog's versions.
   *
   * @param scan states anew what shall be loaded
   * @param scanSoon has that done on another thread
   * @param executor goes on after loads
   */
  public Loans(
      Summons summons, ModelCatalog catalog, Runnable scan, Runnable scanSoon, Executor executor) {
    this.summons = summons;
    this.catalog = catalog;
    this.scan = scan;
    this.scanSoon = scanSoon;
    this.executor = executor;
  }

  /** A version that is wanted in memory. */
  public static final class Loan implements AutoCloseable {
    private final CompletionStage<Void> loaded;
    private final Runnable end;

    private Loan(CompletionStage<Void> loaded, Runnable end) {
      this.loaded = loaded;
      this.end = end;
    }

    /** Complete when the version is available; a ServingException if it cannot be loaded. */
    public CompletionStage<Void> loaded() {
      return loaded;
    }

    /** Ends the loan; to be called once. */
    @Override
    public void close() {
      end.run();
    }
  }

  /** Begins a loan; the version is loaded if it is not. */
  public Loan lend(VersionId id) {
    Runnable dismiss = summons.call(id);
    CompletionStage<Void> loaded;
    if (catalog.keep(id)) {
      loaded = CompletableFuture.completedFuture(null);
    } else {
      catalog.retry(id);
      scan.run();
      loaded = StateWait.untilLoaded(catalog, id, id + " could not be loaded", executor);
    }
    return new Loan(
        loaded,
        () -> {
          dismiss.run();
          scanSoon.run();
        });
  }
}
