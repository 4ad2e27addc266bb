package dev.millrace.server.usage;

/** Hears of refusals, and of budgets that come to their end. Thread-safe; must not block. */
@FunctionalInterface
public interface QuotaObserver {
  /** The name under which refusals by a spent budget are heard of. */
  String BUDGET = "budget";

  /**
   * A call was refused.
   *
   * @param why the key of a {@link QuotaKind}, or {@link #BUDGET}
   */
  void onRefused(String why);

  /** A caller has come to the share of its budget at which the server warns; once a month. */
  default void onBudgetWarned(BudgetStatus status) {}

  /** A caller has spent its budget; once a month and budget. */
  default void onBudgetSpent(BudgetStatus status) {}
}
