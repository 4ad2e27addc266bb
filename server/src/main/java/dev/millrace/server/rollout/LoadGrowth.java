package dev.millrace.server.rollout;

import dev.millrace.server.catalog.LoadObserver;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.VersionId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;

/** Tells what each load added to the process, beside another observer. Thread-safe. */
public final class LoadGrowth implements LoadObserver {
  private final LoadObserver other;
  private final LongSupplier residentBytes;
  private final ObjLongConsumer<VersionId> heard;
  private final Map<VersionId, Long> before = new ConcurrentHashMap<>();

  /**
   * Measures for somebody.
   *
   * @param other hears of everything as well
   * @param residentBytes the process's resident memory; 0 where it is not known
   */
  public LoadGrowth(
      LoadObserver other, LongSupplier residentBytes, ObjLongConsumer<VersionId> heard) {
    this.other = other;
    this.residentBytes = residentBytes;
    this.heard = heard;
  }

  @Override
  public void onLoading(VersionId id) {
    before.put(id, residentBytes.getAsLong());
    other.onLoading(id);
  }

  @Override
  public void onWarming(VersionId id) {
    other.onWarming(id);
  }

  @Override
  public void onLoaded(VersionId id, @Nullable ErrorReason failure) {
    Long begun = before.remove(id);
    if (begun != null && failure == null) {
      heard.accept(id, Math.max(0, residentBytes.getAsLong() - begun));
    }
    other.onLoaded(id, failure);
  }

  @Override
  public void onReleasing(VersionId id) {
    other.onReleasing(id);
  }

  @Override
  public void onReleased(VersionId id) {
    other.onReleased(id);
  }
}
