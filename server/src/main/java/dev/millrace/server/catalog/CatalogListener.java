package dev.millrace.server.catalog;

import dev.millrace.server.model.ModelName;
import java.util.Set;

/**
 * Hears of every change of state, in order. Called under the catalog's lock: must neither block nor
 * call back.
 */
@FunctionalInterface
public interface CatalogListener {
  /** A version came into a new state. */
  void onChange(VersionStatus status);

  /** It was stated which versions of a model shall be loaded: these and no others. */
  default void onStated(ModelName model, Set<Long> wanted) {}
}
