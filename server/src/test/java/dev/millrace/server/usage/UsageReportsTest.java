package dev.millrace.server.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.testing.PuppetClock;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class UsageReportsTest {
  private static final UsageQuery ALL =
      new UsageQuery(0, 1, Set.of(), Optional.empty(), Optional.empty(), 1, Optional.empty());

  private final MemoryUsageStore store = new MemoryUsageStore();
  private final PuppetClock clock = new PuppetClock();
  private final UsageLedger ledger = new UsageLedger(store, clock);
  private final Terms terms =
      TermsFile.parse("prices: {currency: CHF, compute-hour: 1}\ndefault: {budget: {month: 5}}");
  private final Budgets budgets = new Budgets(() -> terms, why -> {}, clock);
  private final UsageReports reports = new UsageReports(ledger, store, budgets, () -> terms);

  @Test
  void rows_whatWasJustUsed_isThere() {
    ledger.add("a", "m", 1, Amounts.ofCompute(5));
    assertThat(reports.rows(ALL)).extracting(UsageRow::used).containsExactly(Amounts.ofCompute(5));
  }

  @Test
  void rows_diskTakesNoWrites_areRefusedBecauseTheyWouldBeWrong() {
    ledger.add("a", "m", 1, Amounts.ofCompute(5));
    store.failsBefore = true;
    assertThatThrownBy(() -> reports.rows(ALL))
        .isInstanceOfSatisfying(
            ServingException.class,
            refused -> assertThat(refused.reason()).isEqualTo(ErrorReason.REPOSITORY_UNWRITABLE));
    store.failsBefore = false;
    assertThat(reports.rows(ALL)).hasSize(1);
  }

  @Test
  void budgets_ofOneCaller_areItsOwn() {
    long now = UsageKey.hourOf(clock.instant());
    budgets.add("a", Amounts.ofCompute(5), now);
    budgets.add("b", Amounts.ofCompute(5), now);
    assertThat(reports.budgets(Optional.empty())).hasSize(2);
    assertThat(reports.budgets(Optional.of("b")))
        .extracting(BudgetStatus::caller)
        .containsExactly("b");
    assertThat(reports.prices().currency()).isEqualTo("CHF");
  }
}
