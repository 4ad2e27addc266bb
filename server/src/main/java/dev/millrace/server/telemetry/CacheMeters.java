package dev.millrace.server.telemetry;

import dev.millrace.server.catalog.CatalogListener;
import dev.millrace.server.catalog.VersionStatus;
import dev.millrace.server.inference.cache.CacheObserver;
import dev.millrace.server.inference.cache.CacheOutcome;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.model.VersionState;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Meters of the response cache, by model, version and signature; a released version's series go
 * with it. Thread-safe.
 */
public final class CacheMeters implements CacheObserver, CatalogListener {
  private final MeterRegistry registry;
  private final Map<VersionId, Map<String, CacheSeries>> series = new ConcurrentHashMap<>();

  /** Meters in a registry. */
  public CacheMeters(MeterRegistry registry) {
    this.registry = registry;
  }

  @Override
  public void onRequest(VersionId version, String signature, CacheOutcome outcome) {
    of(version, signature).request(outcome);
  }

  @Override
  public void onSaved(VersionId version, String signature, long nanos) {
    of(version, signature).saved(nanos);
  }

  @Override
  public void onBytes(VersionId version, String signature, long change) {
    // What a released version kept is let go later, and must not bring its series back.
    CacheSeries known = series.getOrDefault(version, Map.of()).get(signature);
    if (known != null) {
      known.bytes(change);
    }
  }

  @Override
  public void onChange(VersionStatus status) {
    if (status.state() == VersionState.RELEASED) {
      Map<String, CacheSeries> gone = series.remove(status.id());
      if (gone != null) {
        gone.values().forEach(CacheSeries::remove);
      }
    }
  }

  private CacheSeries of(VersionId version, String signature) {
    return series
        .computeIfAbsent(version, id -> new ConcurrentHashMap<>())
        .computeIfAbsent(signature, name -> new CacheSeries(registry, version, name));
  }
}
