package dev.millrace.server.catalog;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.model.VersionState;
import java.util.EnumSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The slots of all models, by model and number. Guarded by the catalog's lock. */
final class SlotTable {
  private static final Set<VersionState> IN_MEMORY =
      EnumSet.of(
          VersionState.LOADING,
          VersionState.WARMING,
          VersionState.AVAILABLE,
          VersionState.DRAINING);
  private static final Set<VersionState> AT_REST =
      EnumSet.of(VersionState.AVAILABLE, VersionState.FAILED, VersionState.STORED);

  private final SortedMap<ModelName, NavigableMap<Long, VersionSlot>> slots = new TreeMap<>();

  /** The models that have slots; a copy. */
  List<ModelName> models() {
    return List.copyOf(slots.keySet());
  }

  boolean isEmpty() {
    return slots.isEmpty();
  }

  /** The slots of a model, oldest first; a copy. */
  List<VersionSlot> of(ModelName model) {
    NavigableMap<Long, VersionSlot> ofModel = slots.get(model);
    return ofModel == null ? List.of() : List.copyOf(ofModel.values());
  }

  @Nullable VersionSlot get(VersionId id) {
    NavigableMap<Long, VersionSlot> ofModel = slots.get(id.model());
    return ofModel == null ? null : ofModel.get(id.number());
  }

  void put(VersionSlot slot) {
    VersionId id = slot.source().id();
    slots.computeIfAbsent(id.model(), model -> new TreeMap<>()).put(id.number(), slot);
  }

  void remove(VersionSlot slot) {
    VersionId id = slot.source().id();
    slots.computeIfPresent(
        id.model(),
        (model, ofModel) -> {
          ofModel.remove(id.number(), slot);
          return ofModel.isEmpty() ? null : ofModel;
        });
  }

  /** The versions of a model, newest first; empty when it is not known. */
  Optional<List<VersionStatus>> statuses(ModelName model) {
    return Optional.ofNullable(slots.get(model)).map(SlotTable::statuses);
  }

  SortedMap<ModelName, List<VersionStatus>> statuses() {
    SortedMap<ModelName, List<VersionStatus>> all = new TreeMap<>();
    slots.forEach((model, ofModel) -> all.put(model, statuses(ofModel)));
    return all;
  }

  List<SlotSnapshot> snapshots(ModelName model) {
    return of(model).stream().map(VersionSlot::snapshot).toList();
  }

  boolean isSettled() {
    return all().allMatch(slot -> AT_REST.contains(slot.state()));
  }

  List<MemoryUse> memoryUses() {
    return all()
        .filter(slot -> IN_MEMORY.contains(slot.state()))
        .map(VersionSlot::memoryUse)
        .toList();
  }

  /** Wanted versions that failed for want of room. */
  List<VersionSlot> refusedForRoom() {
    return all()
        .filter(VersionSlot::isAspired)
        .filter(
            slot -> slot.status().reason().equals(Optional.of(ErrorReason.MEMORY_BUDGET_EXCEEDED)))
        .toList();
  }

  private Stream<VersionSlot> all() {
    return slots.values().stream().flatMap(ofModel -> ofModel.values().stream());
  }

  private static List<VersionStatus> statuses(NavigableMap<Long, VersionSlot> ofModel) {
    return ofModel.descendingMap().values().stream().map(VersionSlot::status).toList();
  }
}
