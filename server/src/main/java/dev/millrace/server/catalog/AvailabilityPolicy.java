package dev.millrace.server.catalog;

import dev.millrace.server.model.VersionState;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Decides the next move for one model: a new version is loaded beside the old ones, and an unwanted
 * one is let go only when a wanted one answers, or none is coming. A pure function.
 */
final class AvailabilityPolicy {
  private AvailabilityPolicy() {}

  static Optional<CatalogAction> next(List<SlotSnapshot> slots) {
    Optional<CatalogAction> drop =
        slots.stream()
            .filter(slot -> !slot.aspired())
            .filter(
                slot -> slot.state() == VersionState.PENDING || slot.state() == VersionState.FAILED)
            .map(slot -> (CatalogAction) new CatalogAction.Drop(slot.number()))
            .findFirst();
    if (drop.isPresent()) {
      return drop;
    }
    boolean loading = slots.stream().anyMatch(AvailabilityPolicy::isLoading);
    if (!loading) {
      Optional<CatalogAction> load =
          slots.stream()
              .filter(slot -> slot.state() == VersionState.PENDING && !slot.held())
              .max(Comparator.comparingLong(SlotSnapshot::number))
              .map(slot -> new CatalogAction.Load(slot.number()));
      if (load.isPresent()) {
        return load;
      }
    }
    boolean wantedAnswers =
        slots.stream().anyMatch(slot -> slot.aspired() && slot.state() == VersionState.AVAILABLE);
    boolean wantedComes = slots.stream().anyMatch(slot -> slot.aspired() && isComing(slot));
    if (!wantedAnswers && wantedComes) {
      return Optional.empty();
    }
    return slots.stream()
        .filter(slot -> !slot.aspired() && slot.state() == VersionState.AVAILABLE)
        .map(slot -> (CatalogAction) new CatalogAction.Unload(slot.number()))
        .findFirst();
  }

  private static boolean isComing(SlotSnapshot slot) {
    return slot.state() == VersionState.PENDING || isLoading(slot);
  }

  private static boolean isLoading(SlotSnapshot slot) {
    return slot.state() == VersionState.LOADING || slot.state() == VersionState.WARMING;
  }
}
