package dev.millrace.server.repository;

import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ModelSettings;
import java.util.Set;
import java.util.SortedSet;

/** Says which versions of a model shall be loaded. Asked at every scan; thread-safe. */
@FunctionalInterface
public interface VersionSelection {
  /** Every version. */
  VersionSelection ALL = (model, whole, settings) -> whole;

  /**
   * The versions to load.
   *
   * @param whole numbers of the versions that lie in the repository and are all there
   * @return some of them
   */
  Set<Long> select(ModelName model, SortedSet<Long> whole, ModelSettings settings);

  /** True for a model that is served at all; of others nothing is stated. */
  default boolean serves(ModelName model) {
    return true;
  }

  /** Hears of a version that the scan before did not find whole. */
  default void onFound(StoredVersion version) {}
}
