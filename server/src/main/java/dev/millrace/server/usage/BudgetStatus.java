package dev.millrace.server.usage;

import java.time.Instant;

/**
 * How much of its budget a caller has spent.
 *
 * @param caller the caller's id
 * @param budget what it may cost in a month
 * @param spent what it has cost in the present one
 * @param renewTime when the next month begins, in UTC
 */
public record BudgetStatus(String caller, Budget budget, double spent, Instant renewTime) {
  /** Share of the budget that is spent; may be above 1. */
  public double share() {
    return budget.perMonth() > 0 ? spent / budget.perMonth() : 1;
  }

  /** True from the share on at which the server warns. */
  public boolean isWarned() {
    return share() >= budget.warnAt();
  }

  /** True when nothing more is done for the caller until the month is over. */
  public boolean isSpent() {
    return spent >= budget.perMonth();
  }
}
