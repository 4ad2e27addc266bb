package dev.millrace.server.catalog;

/**
 * Hears of every change of state, in order. Called under the catalog's lock: must neither block nor
 * call back.
 */
@FunctionalInterface
public interface CatalogListener {
  /** A version came into a new state. */
  void onChange(VersionStatus status);
}
