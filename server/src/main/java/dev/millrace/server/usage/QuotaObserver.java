package dev.millrace.server.usage;

/** Hears of refusals. Thread-safe; must not block. */
@FunctionalInterface
public interface QuotaObserver {
  /** The name under which refusals by a spent budget are heard of. */
  String BUDGET = "budget";

  /**
   * A call was refused.
   *
   * @param why the key of a {@link QuotaKind}, or {@link #BUDGET}
   */
  void onRefused(String why);
}
