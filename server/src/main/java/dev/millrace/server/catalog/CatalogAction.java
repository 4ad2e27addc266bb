package dev.millrace.server.catalog;

/** A single move towards what is aspired. */
sealed interface CatalogAction {
  /** The version it is about. */
  long number();

  /** Begin to load a PENDING version. */
  record Load(long number) implements CatalogAction {}

  /** Begin to drain an AVAILABLE version. */
  record Unload(long number) implements CatalogAction {}

  /** Forget a version that takes no memory. */
  record Drop(long number) implements CatalogAction {}
}
