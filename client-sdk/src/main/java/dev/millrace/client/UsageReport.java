package dev.millrace.client;

import java.util.List;

/**
 * What was used.
 *
 * @param rows a row for each group that used something, in the order of time, caller, model and
 *     version
 * @param currency of costs and budgets, as the operator calls it; empty where nothing has a price
 * @param budgets of callers who used something this month, who has least left first; at most 100
 */
public record UsageReport(List<UsageRow> rows, String currency, List<BudgetInfo> budgets) {
  /** Copies the lists. */
  public UsageReport {
    rows = List.copyOf(rows);
    budgets = List.copyOf(budgets);
  }
}
