package dev.millrace.server.catalog;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.VersionState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A version's place in the catalog: the one gate through which its state changes. Guarded by the
 * catalog's lock.
 */
final class VersionSlot {
  private final ServableSource source;
  private final List<VersionState> history = new ArrayList<>();
  private VersionStatus status;
  private boolean aspired = true;
  private @Nullable Servable servable;
  private @Nullable LeaseCount leases;
  private @Nullable ServableSource stored;
  private boolean held;

  VersionSlot(ServableSource source, Instant now) {
    this(source, VersionState.PENDING, now);
  }

  /** A slot that begins as PENDING or STORED. */
  VersionSlot(ServableSource source, VersionState first, Instant now) {
    this.source = source;
    this.status =
        new VersionStatus(
            source.id(), first, Optional.empty(), "", now, new TreeMap<>(), Optional.empty(), 0);
    history.add(first);
  }

  ServableSource source() {
    return source;
  }

  VersionStatus status() {
    return status;
  }

  VersionState state() {
    return status.state();
  }

  SlotSnapshot snapshot() {
    return new SlotSnapshot(source.id().number(), state(), aspired, held);
  }

  /** Its part in the budget; only for one that takes memory. */
  MemoryUse memoryUse() {
    LeaseCount gate = leases;
    long lastLease = gate == null ? 0 : gate.lastLease();
    return new MemoryUse(
        source,
        state(),
        status.memoryBytes(),
        gate == null ? 0 : gate.readers(),
        lastLease == 0 ? status.since().toEpochMilli() : lastLease);
  }

  void setAspired(boolean aspired) {
    this.aspired = aspired;
  }

  /** What is left of it when it is out of memory; null when nothing lies in the repository. */
  void setStored(@Nullable ServableSource source) {
    stored = source;
  }

  @Nullable ServableSource stored() {
    return stored;
  }

  /** Whether it waits for room in memory. */
  void setHeld(boolean held) {
    this.held = held;
  }

  boolean isAspired() {
    return aspired;
  }

  @Nullable Servable servable() {
    return servable;
  }

  @Nullable LeaseCount leases() {
    return leases;
  }

  void moveTo(VersionState next, Instant now) {
    change(next, Optional.empty(), "", now, status.warmUp());
  }

  void fail(ErrorReason reason, String message, Instant now) {
    servable = null;
    change(VersionState.FAILED, Optional.of(reason), message, now, Optional.empty());
  }

  void warming(Servable loaded, Instant now) {
    servable = loaded;
    moveTo(VersionState.WARMING, now);
  }

  void available(LeaseCount gate, LoadedVersion version, Instant now) {
    leases = gate;
    servable = version.servable();
    change(VersionState.AVAILABLE, Optional.empty(), "", now, Optional.of(version.report()));
  }

  void released(Instant now) {
    servable = null;
    moveTo(VersionState.RELEASED, now);
  }

  private void change(
      VersionState next,
      Optional<ErrorReason> reason,
      String message,
      Instant now,
      Optional<WarmUpReport> warmUp) {
    if (!state().successors().contains(next)) {
      throw new IllegalStateException(source.id() + " cannot become " + next + " after " + history);
    }
    history.add(next);
    Servable loaded = servable;
    status =
        new VersionStatus(
            source.id(),
            next,
            reason,
            message,
            now,
            loaded == null ? new TreeMap<>() : loaded.signatures(),
            loaded == null ? new TreeMap<>() : loaded.graphNames(),
            warmUp,
            loaded == null ? 0 : loaded.memoryBytes());
  }
}
