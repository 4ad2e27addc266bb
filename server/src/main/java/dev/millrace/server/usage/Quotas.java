package dev.millrace.server.usage;

import dev.millrace.server.model.Caller;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps callers within their quotas. Requests are paid for when they come; bytes, compute time and
 * training time when they are known, so that who has fallen into debt waits until it is paid off by
 * time. At most {@link #MOST} callers have accounts of their own; while there are more, the rest
 * share one. A caller who has used nothing lately needs none. Thread-safe, and never blocks.
 */
public final class Quotas {
  /** Most callers with an account. */
  static final int MOST = 10_000;

  private static final String REST = "";

  private final Supplier<Terms> terms;
  private final QuotaObserver observer;
  private final LongSupplier nanoTime;
  private final Map<String, Account> accounts = new ConcurrentHashMap<>();
  private final Map<String, Account> rest = new ConcurrentHashMap<>();

  /**
   * Quotas of nobody yet.
   *
   * @param terms the present terms; the same object until they change
   */
  public Quotas(Supplier<Terms> terms, QuotaObserver observer, LongSupplier nanoTime) {
    this.terms = terms;
    this.observer = observer;
    this.nanoTime = nanoTime;
  }

  /**
   * Lets a call in and takes it off the quota of requests, if that has one left and nothing is owed
   * of some kinds.
   *
   * @throws ServingException QUOTA_EXCEEDED, with the time after which the call would be let in
   */
  public void admit(Caller caller, Set<QuotaKind> unowed) {
    Account account = account(caller);
    if (account == null) {
      return;
    }
    for (QuotaKind kind : unowed) {
      Allowance allowance = account.allowances().get(kind);
      Duration wait = allowance == null ? Duration.ZERO : allowance.delay(1);
      if (allowance != null && !wait.isZero()) {
        throw refused(kind, allowance.limit(), wait);
      }
    }
    Allowance requests = account.allowances().get(QuotaKind.REQUESTS);
    Duration wait = requests == null ? Duration.ZERO : requests.take(1);
    if (requests != null && !wait.isZero()) {
      throw refused(QuotaKind.REQUESTS, requests.limit(), wait);
    }
  }

  /** Takes bytes of messages off. */
  public void chargeBytes(Caller caller, long bytes) {
    charge(caller, QuotaKind.BYTES, bytes);
  }

  /** Takes compute time off. */
  public void chargeCompute(Caller caller, long nanos) {
    charge(caller, QuotaKind.COMPUTE, Math.max(1, nanos / 1000));
  }

  /** Takes training time off. */
  public void chargeTraining(Caller caller, long nanos) {
    charge(caller, QuotaKind.TRAINING, nanos / 1_000_000);
  }

  /** Forgets callers of whom nothing need be known; to be called now and then. */
  public void forgetIdle() {
    accounts.values().removeIf(Account::isFull);
    rest.values().removeIf(Account::isFull);
  }

  /** Callers with an account. */
  public int size() {
    return accounts.size();
  }

  private void charge(Caller caller, QuotaKind kind, long parts) {
    Account account = account(caller);
    Allowance allowance = account == null ? null : account.allowances().get(kind);
    if (allowance != null) {
      allowance.charge(parts);
    }
  }

  /** The caller's account; null when nothing is limited. */
  private @Nullable Account account(Caller caller) {
    Terms now = terms.get();
    if (now == Terms.NONE || caller.equals(Caller.UNKNOWN)) {
      return null;
    }
    Account known = accounts.get(caller.id());
    if (known != null && known.source() == now) {
      return known;
    }
    if (known == null && accounts.size() >= MOST) {
      return rest.compute(REST, (name, old) -> present(old, now, now.others()));
    }
    return accounts.compute(caller.id(), (id, old) -> present(old, now, now.of(id)));
  }

  private Account present(@Nullable Account old, Terms now, CallerTerms ofCaller) {
    if (old == null) {
      return Account.of(now, ofCaller, nanoTime);
    }
    return old.source() == now ? old : old.under(now, ofCaller, nanoTime);
  }

  private ServingException refused(QuotaKind kind, Limit limit, Duration wait) {
    observer.onRefused(kind.key());
    return new ServingException(
            ErrorReason.QUOTA_EXCEEDED,
            "the quota of "
                + kind.words()
                + " is used up: "
                + limit.words()
                + "; try again in "
                + Math.max(1, (wait.toMillis() + 999) / 1000)
                + " s",
            Map.of("quota", kind.key()))
        .retryAfter(wait);
  }
}
