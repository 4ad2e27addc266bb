package dev.millrace.server.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millrace.server.model.Caller;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.testing.PuppetClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Budgets from the first of January 2026 on, under a clock that the test moves. */
final class BudgetsTest {
  private static final Caller A = new Caller("a");
  private static final Amounts ONE_EURO = Amounts.ofCompute(Duration.ofHours(1).toNanos());

  private final PuppetClock clock = new PuppetClock();
  private final List<String> refusals = new ArrayList<>();
  private Terms terms = terms(10);
  private final Budgets budgets = new Budgets(() -> terms, new Heard(), clock);

  private final class Heard implements QuotaObserver {
    @Override
    public void onRefused(String why) {
      refusals.add(why);
    }

    @Override
    public void onBudgetWarned(BudgetStatus status) {
      refusals.add("warned " + status.caller() + " " + status.spent());
    }

    @Override
    public void onBudgetSpent(BudgetStatus status) {
      refusals.add("spent " + status.caller() + " " + status.spent());
    }
  }

  @Test
  void admit_budgetIsSpent_refusesUntilTheMonthIsOver() {
    spend("a", 9);
    budgets.admit(A);
    spend("a", 1);
    ServingException refused = refusal(A);
    assertThat(refused.reason()).isEqualTo(ErrorReason.BUDGET_SPENT);
    assertThat(refused.metadata()).containsEntry("quota", "budget");
    assertThat(refused.retryAfter()).contains(Duration.ofDays(31));
    assertThat(refused.message()).contains("10.00 EUR");
    assertThat(refusals).containsExactly("warned a 8.0", "spent a 10.0", "budget");
    clock.advance(Duration.ofDays(31).minusNanos(1));
    refusal(A);
    clock.advance(Duration.ofNanos(1));
    budgets.admit(A);
    assertThat(budgets.of("a").orElseThrow().spent()).isZero();
    assertThat(budgets.of("a").orElseThrow().renewTime())
        .isEqualTo(Instant.parse("2026-03-01T00:00:00Z"));
  }

  @Test
  void admit_budgetIsRaised_isLetInAgain() {
    spend("a", 10);
    refusal(A);
    terms = terms(11);
    budgets.admit(A);
    spend("a", 1);
    refusal(A);
  }

  @Test
  void add_budgetComesToItsEnd_isToldOnceAMonthAndBudget() {
    spend("a", 15);
    assertThat(refusals).containsExactly("warned a 8.0", "spent a 10.0");
    terms = terms(18);
    spend("a", 4);
    assertThat(refusals)
        .containsExactly("warned a 8.0", "spent a 10.0", "warned a 16.0", "spent a 18.0");
    clock.advance(Duration.ofDays(31));
    spend("a", 18);
    assertThat(refusals).hasSize(6).endsWith("warned a 15.0", "spent a 18.0");
  }

  @Test
  void admit_callerWithoutABudget_isLetIn() {
    spend("b", 1000);
    budgets.admit(new Caller("b"));
    terms = Terms.NONE;
    spend("a", 1000);
    budgets.admit(A);
    assertThat(budgets.of("a")).isEmpty();
  }

  @Test
  void admit_theServerItself_isLetIn() {
    terms = TermsFile.parse("prices: {compute-hour: 1}\ndefault: {budget: {month: 1}}");
    budgets.add("", ONE_EURO.plus(ONE_EURO), now());
    budgets.add(UsageLedger.SERVER, ONE_EURO.plus(ONE_EURO), now());
    budgets.admit(Caller.UNKNOWN);
    assertThat(budgets.statuses()).isEmpty();
  }

  @Test
  void admit_budgetOfNothing_letsNothingIn() {
    terms = terms(0);
    assertThat(budgets.of("a").orElseThrow().share()).isEqualTo(1);
    refusal(A);
  }

  @Test
  void statuses_severalCallers_haveWhoHasLeastLeftFirst() {
    terms =
        TermsFile.parse(
            """
            prices: {currency: EUR, compute-hour: 1}
            default: {budget: {month: 10, warn-at: 0.5}}
            callers: [{caller: free, budget: none}]
            """);
    spend("a", 4);
    spend("b", 5);
    spend("c", 10);
    spend("d", 4);
    spend("free", 4);
    assertThat(budgets.statuses())
        .extracting(BudgetStatus::caller)
        .containsExactly("c", "b", "a", "d");
    assertThat(budgets.statuses())
        .extracting(BudgetStatus::isWarned)
        .containsExactly(true, true, false, false);
    assertThat(budgets.statuses())
        .extracting(BudgetStatus::isSpent)
        .containsExactly(true, false, false, false);
  }

  @Test
  void add_useOfAnEarlierMonth_isNotCounted() {
    budgets.add("a", ONE_EURO, budgets.firstHour() - 1);
    assertThat(budgets.of("a").orElseThrow().spent()).isZero();
    budgets.add("a", ONE_EURO, budgets.firstHour());
    assertThat(budgets.of("a").orElseThrow().spent()).isEqualTo(1);
  }

  @Test
  void add_moreCallersThanTheMost_shareOneSumButForThoseWithANameInTheFile() {
    for (int i = 0; i < Budgets.MOST; i++) {
      spend("caller" + i, 1);
    }
    terms =
        TermsFile.parse(
            """
            prices: {compute-hour: 1}
            default: {budget: {month: 2}}
            callers: [{caller: named, budget: {month: 2}}]
            """);
    spend("late1", 1);
    spend("named", 1);
    budgets.admit(new Caller("late2"));
    spend("late2", 1);
    refusal(new Caller("late1"));
    refusal(new Caller("late3"));
    budgets.admit(new Caller("named"));
    budgets.admit(new Caller("caller7"));
  }

  private static Terms terms(double month) {
    return TermsFile.parse(
        "prices: {currency: EUR, compute-hour: 1}\ncallers: [{caller: a, budget: {month: "
            + month
            + "}}]");
  }

  private void spend(String caller, int hours) {
    for (int i = 0; i < hours; i++) {
      budgets.add(caller, ONE_EURO, now());
    }
  }

  private long now() {
    return UsageKey.hourOf(clock.instant());
  }

  private ServingException refusal(Caller caller) {
    ServingException refused =
        catchThrowableOfType(ServingException.class, () -> budgets.admit(caller));
    assertThat(refused).as("it is refused").isNotNull();
    return refused;
  }
}
