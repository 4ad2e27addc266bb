package dev.millrace.server.usage;

import dev.millrace.server.model.Caller;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What each caller has cost in the present month, in UTC, and whether its budget allows more. Who
 * nears the end of it is told of in the log, once a month; who has come to it is served again when
 * the month is over or the budget is raised. At most {@link #MOST} callers, and those named by
 * rules, have a sum of their own in a month; the rest share one. Thread-safe, and never blocks.
 */
public final class Budgets {
  /** Most callers with a sum. */
  static final int MOST = 10_000;

  private static final Logger log = LoggerFactory.getLogger(Budgets.class);
  private static final String REST = "(others)";

  private final Supplier<Terms> terms;
  private final QuotaObserver observer;
  private final InstantSource clock;
  private volatile Month month;

  /** From its first hour to the one after its last. */
  private record Month(long firstHour, long endHour, Map<String, Amounts> used, Set<String> told) {
    static Month of(Instant moment) {
      YearMonth month = YearMonth.from(moment.atZone(ZoneOffset.UTC));
      return new Month(
          hour(month),
          hour(month.plusMonths(1)),
          new ConcurrentHashMap<>(),
          ConcurrentHashMap.newKeySet());
    }

    private static long hour(YearMonth month) {
      return UsageKey.hourOf(month.atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant());
    }

    boolean holds(long hour) {
      return hour >= firstHour && hour < endHour;
    }

    Instant end() {
      return UsageKey.startOf(endHour);
    }
  }

  /** Budgets of which nothing is spent. */
  public Budgets(Supplier<Terms> terms, QuotaObserver observer, InstantSource clock) {
    this.terms = terms;
    this.observer = observer;
    this.clock = clock;
    this.month = Month.of(clock.instant());
  }

  /** The first hour of the present month. */
  public long firstHour() {
    return month().firstHour();
  }

  /**
   * Adds what a caller has used in an hour, if that is in the present month. The server itself has
   * no budget.
   */
  public void add(String caller, Amounts more, long hour) {
    Month present = month();
    if (hour < present.firstHour() || caller.isEmpty() || caller.equals(UsageLedger.SERVER)) {
      return;
    }
    String sum = sumOf(present, caller);
    Amounts used = present.used().merge(sum, more, Amounts::plus);
    Terms now = terms.get();
    if (now.hasBudgets()) {
      status(now, present, caller, used).ifPresent(status -> tell(present, sum, status));
    }
  }

  /**
   * Lets a call of a caller in that will cost something.
   *
   * @throws ServingException BUDGET_SPENT, with the time until the month is over
   */
  public void admit(Caller caller) {
    Terms now = terms.get();
    if (!now.hasBudgets() || caller.equals(Caller.UNKNOWN)) {
      return;
    }
    Optional<BudgetStatus> status = of(now, caller.id());
    if (status.isPresent() && status.get().isSpent()) {
      observer.onRefused(QuotaObserver.BUDGET);
      throw new ServingException(
              ErrorReason.BUDGET_SPENT,
              "the budget of this month is spent, "
                  + money(status.get().budget().perMonth(), now)
                  + "; ask for a larger one, or come back when the month is over (UTC)",
              Map.of("quota", QuotaObserver.BUDGET))
          .retryAfter(Duration.between(clock.instant(), status.get().renewTime()));
    }
  }

  /** How much of its budget a caller has spent; empty for a caller without one. */
  public Optional<BudgetStatus> of(String caller) {
    return of(terms.get(), caller);
  }

  /** The callers with a budget who have used something this month, who has least left first. */
  public List<BudgetStatus> statuses() {
    List<BudgetStatus> statuses = new ArrayList<>();
    month().used().keySet().forEach(caller -> of(caller).ifPresent(statuses::add));
    statuses.sort(
        Comparator.comparingDouble(BudgetStatus::share)
            .reversed()
            .thenComparing(BudgetStatus::caller));
    return statuses;
  }

  private Optional<BudgetStatus> of(Terms now, String caller) {
    Month present = month();
    Amounts used = present.used().getOrDefault(sumOf(present, caller), Amounts.NOTHING);
    return status(now, present, caller, used);
  }

  private static Optional<BudgetStatus> status(
      Terms now, Month present, String caller, Amounts used) {
    return now.of(caller)
        .budget()
        .map(budget -> new BudgetStatus(caller, budget, now.prices().cost(used), present.end()));
  }

  private void tell(Month present, String caller, BudgetStatus status) {
    String what = (status.isSpent() ? "spent " : "warned ") + status.budget().perMonth();
    if (status.isWarned() && present.told().add(what + " " + caller)) {
      log.warn(
          "caller {} has spent {} of its budget of {} this month{}",
          caller,
          money(status.spent(), terms.get()),
          money(status.budget().perMonth(), terms.get()),
          status.isSpent() ? " and is refused until it is over, or the budget is larger" : "");
      if (status.isSpent()) {
        observer.onBudgetSpent(status);
      } else {
        observer.onBudgetWarned(status);
      }
    }
  }

  private String sumOf(Month present, String caller) {
    boolean own =
        present.used().size() < MOST
            || present.used().containsKey(caller)
            || terms.get().isNamed(caller);
    return own ? caller : REST;
  }

  private Month month() {
    Instant now = clock.instant();
    Month present = month;
    return present.holds(UsageKey.hourOf(now)) ? present : turn(now);
  }

  private synchronized Month turn(Instant now) {
    if (!month.holds(UsageKey.hourOf(now))) {
      month = Month.of(now);
    }
    return month;
  }

  private static String money(double amount, Terms terms) {
    return String.format(Locale.ROOT, "%.2f %s", amount, terms.prices().currency()).strip();
  }
}
