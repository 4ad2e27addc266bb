package dev.millrace.server.telemetry;

import dev.millrace.server.catalog.CatalogListener;
import dev.millrace.server.catalog.VersionStatus;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.model.VersionState;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Meters of versions: {@code millrace.version.available} (1 or 0) and {@code
 * millrace.version.memory.bytes} of each. Thread-safe.
 */
public final class VersionMeters implements CatalogListener {
  private final MeterRegistry registry;
  private final Map<VersionId, VersionStatus> latest = new ConcurrentHashMap<>();

  /** Meters in a registry. */
  public VersionMeters(MeterRegistry registry) {
    this.registry = registry;
  }

  @Override
  public void onChange(VersionStatus status) {
    VersionId id = status.id();
    Tags tags = Tags.of("model", id.model().id(), "version", Long.toString(id.number()));
    if (status.state() == VersionState.RELEASED) {
      latest.remove(id);
      registry.find("millrace.version.available").tags(tags).meters().forEach(registry::remove);
      registry.find("millrace.version.memory.bytes").tags(tags).meters().forEach(registry::remove);
      return;
    }
    boolean isNew = latest.put(id, status) == null;
    if (isNew) {
      Gauge.builder("millrace.version.available", latest, all -> isAvailable(all, id) ? 1 : 0)
          .description("1 while the version answers requests")
          .tags(tags)
          .register(registry);
      Gauge.builder("millrace.version.memory.bytes", latest, all -> memory(all, id))
          .description("Estimate of the memory that the version takes")
          .tags(tags)
          .register(registry);
    }
  }

  private static boolean isAvailable(Map<VersionId, VersionStatus> all, VersionId id) {
    VersionStatus status = all.get(id);
    return status != null && status.state() == VersionState.AVAILABLE;
  }

  private static double memory(Map<VersionId, VersionStatus> all, VersionId id) {
    VersionStatus status = all.get(id);
    return status == null ? 0 : status.memoryBytes();
  }
}
