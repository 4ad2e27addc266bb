package dev.millrace.server.usage;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * What is left to one caller.
 *
 * @param source the terms that it was made by
 * @param terms what the caller may by them
 * @param allowances by kind; what is not there has no limit
 */
record Account(Terms source, CallerTerms terms, Map<QuotaKind, Allowance> allowances) {
  /** A caller who has used nothing. */
  static Account of(Terms source, CallerTerms terms, LongSupplier nanoTime) {
    return of(source, terms, Map.of(), nanoTime);
  }

  /** The same caller under other terms, with what is left of the old, or owed. */
  Account under(Terms other, CallerTerms changed, LongSupplier nanoTime) {
    return of(other, changed, allowances, nanoTime);
  }

  private static Account of(
      Terms source, CallerTerms terms, Map<QuotaKind, Allowance> before, LongSupplier nanoTime) {
    Map<QuotaKind, Allowance> allowances = new EnumMap<>(QuotaKind.class);
    terms
        .limits()
        .forEach(
            (kind, limit) -> {
              Allowance known = before.get(kind);
              allowances.put(
                  kind, known == null ? new Allowance(kind, limit, nanoTime) : known.under(limit));
            });
    return new Account(source, terms, Collections.unmodifiableMap(allowances));
  }

  /** True when nothing is lost if it is forgotten. */
  boolean isFull() {
    return allowances.values().stream().allMatch(Allowance::isFull);
  }
}
