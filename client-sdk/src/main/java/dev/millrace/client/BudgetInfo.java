package dev.millrace.client;

import java.time.Instant;

/**
 * How much of its budget a caller has spent this month.
 *
 * @param caller the caller
 * @param budget what it may cost in a month
 * @param spent what it has cost
 * @param warned true from the share on at which the server warns
 * @param exhausted true when it is refused until the month is over or the budget is raised
 * @param renewTime when the month is over
 */
public record BudgetInfo(
    String caller,
    double budget,
    double spent,
    boolean warned,
    boolean exhausted,
    Instant renewTime) {}
