package dev.millrace.server.telemetry;

import dev.millrace.server.usage.QuotaKind;
import dev.millrace.server.usage.QuotaObserver;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;
import java.util.function.ToDoubleFunction;

/**
 * Meters of quotas and budgets. Callers are no labels, but those whom the operator's file names
 * with a budget. Thread-safe.
 */
public final class UsageMeters implements QuotaObserver {
  private static final int MOST_CALLERS = 1000;

  private final MeterRegistry registry;
  private final Map<String, Counter> refusals = new HashMap<>();
  private final Counter failures;
  private final List<Gauge> budgets = new ArrayList<>();

  /** Meters in a registry. */
  public UsageMeters(MeterRegistry registry) {
    this.registry = registry;
    for (QuotaKind kind : QuotaKind.values()) {
      refusals.put(kind.key(), refusals(kind.key()));
    }
    refusals.put(BUDGET, refusals(BUDGET));
    this.failures =
        Counter.builder("millrace.usage.write.failures")
            .description("Writes of usage that failed and are tried again")
            .register(registry);
  }

  private Counter refusals(String quota) {
    return Counter.builder("millrace.quota.refused")
        .description("Calls refused because a quota or a budget was used up")
        .tag("quota", quota)
        .register(registry);
  }

  @Override
  public void onRefused(String why) {
    Counter counter = refusals.get(why);
    if (counter != null) {
      counter.increment();
    }
  }

  /** Usage could not be written. */
  public void onWriteFailed() {
    failures.increment();
  }

  /** Shows how many callers have something to remember of. */
  public void showCallers(IntSupplier size) {
    Gauge.builder("millrace.quota.callers", () -> size.getAsInt())
        .description("Callers that have used of a quota lately")
        .strongReference(true)
        .register(registry);
  }

  /** Shows the budgets of some callers, and no others. */
  public synchronized void showBudgets(
      Collection<String> callers, ToDoubleFunction<String> spentShare) {
    budgets.forEach(registry::remove);
    budgets.clear();
    callers.stream()
        .limit(MOST_CALLERS)
        .forEach(
            caller ->
                budgets.add(
                    Gauge.builder(
                            "millrace.budget.spent.ratio", () -> spentShare.applyAsDouble(caller))
                        .description("Share of its budget that a caller has spent this month")
                        .tag("caller", caller)
                        .strongReference(true)
                        .register(registry)));
  }
}
