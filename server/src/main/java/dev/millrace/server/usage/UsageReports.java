package dev.millrace.server.usage;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells what was used and what it costs, up to now. Thread-safe; may block. */
public final class UsageReports {
  private static final Logger log = LoggerFactory.getLogger(UsageReports.class);

  private final UsageLedger ledger;
  private final UsageStore store;
  private final Budgets budgets;
  private final Supplier<Terms> terms;

  /** Reports of a ledger and its store. */
  public UsageReports(
      UsageLedger ledger, UsageStore store, Budgets budgets, Supplier<Terms> terms) {
    this.ledger = ledger;
    this.store = store;
    this.budgets = budgets;
    this.terms = terms;
  }

  /**
   * What was used, in the order of time, caller, model and version.
   *
   * @throws ServingException REPOSITORY_UNWRITABLE when what was used lately cannot be written
   */
  public List<UsageRow> rows(UsageQuery query) {
    try {
      ledger.flush();
    } catch (RuntimeException unwritable) {
      log.warn("usage cannot be written; it is kept and tried again", unwritable);
      throw new ServingException(
              ErrorReason.REPOSITORY_UNWRITABLE,
              "what was used lately cannot be written now, so that no sum would be right; the"
                  + " server goes on trying")
          .causedBy(unwritable);
    }
    return store.query(query);
  }

  /** The present prices. */
  public Prices prices() {
    return terms.get().prices();
  }

  /** The callers with a budget who have used something this month, or one of them. */
  public List<BudgetStatus> budgets(Optional<String> caller) {
    return caller.isEmpty()
        ? budgets.statuses()
        : budgets.of(caller.get()).map(List::of).orElse(List.of());
  }
}
