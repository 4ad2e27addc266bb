package dev.millrace.server.usage;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * What one caller may use.
 *
 * @param limits by kind; what is not there has none
 * @param budget what it may cost; empty for anything
 */
public record CallerTerms(Map<QuotaKind, Limit> limits, Optional<Budget> budget) {
  /** Everything. */
  public static final CallerTerms UNLIMITED = new CallerTerms(Map.of(), Optional.empty());

  /** Copies the map. */
  public CallerTerms {
    Map<QuotaKind, Limit> copy = new EnumMap<>(QuotaKind.class);
    copy.putAll(limits);
    limits = Collections.unmodifiableMap(copy);
  }
}
