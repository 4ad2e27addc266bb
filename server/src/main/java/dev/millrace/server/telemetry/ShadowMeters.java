package dev.millrace.server.telemetry;

import dev.millrace.server.catalog.CatalogListener;
import dev.millrace.server.catalog.VersionStatus;
import dev.millrace.server.inference.shadow.Comparison;
import dev.millrace.server.inference.shadow.ShadowObserver;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.model.VersionState;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Meters of copies, by model and version that got them; they go with the version, or when it gets
 * no more. Thread-safe.
 */
public final class ShadowMeters implements ShadowObserver, CatalogListener {
  private final MeterRegistry registry;
  private final Set<VersionId> loaded = ConcurrentHashMap.newKeySet();
  private final Map<VersionId, ShadowSeries> series = new ConcurrentHashMap<>();

  /** Meters in a registry. */
  public ShadowMeters(MeterRegistry registry) {
    this.registry = registry;
  }

  @Override
  public void onCompared(
      VersionId primary,
      Duration primaryTime,
      VersionId shadow,
      Duration shadowTime,
      Comparison comparison) {
    of(shadow).ifPresent(meters -> meters.compared(primaryTime, shadowTime, comparison));
  }

  @Override
  public void onFailed(VersionId shadow) {
    of(shadow).ifPresent(ShadowSeries::failed);
  }

  @Override
  public void onDropped(VersionId shadow) {
    of(shadow).ifPresent(ShadowSeries::dropped);
  }

  @Override
  public void onEnded(VersionId shadow) {
    remove(shadow);
  }

  @Override
  public void onChange(VersionStatus status) {
    if (status.state() == VersionState.AVAILABLE) {
      loaded.add(status.id());
    } else if (status.state() == VersionState.RELEASED) {
      loaded.remove(status.id());
      remove(status.id());
    }
  }

  private Optional<ShadowSeries> of(VersionId version) {
    // What comes after the release must not bring its series back.
    return Optional.ofNullable(
        series.compute(
            version,
            (id, known) ->
                known != null
                    ? known
                    : loaded.contains(id) ? new ShadowSeries(registry, id) : null));
  }

  private void remove(VersionId version) {
    series.computeIfPresent(
        version,
        (id, known) -> {
          known.remove();
          return null;
        });
  }
}
