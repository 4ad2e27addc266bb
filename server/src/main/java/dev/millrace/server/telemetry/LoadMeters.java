package dev.millrace.server.telemetry;

import dev.millrace.server.catalog.CatalogListener;
import dev.millrace.server.catalog.LoadObserver;
import dev.millrace.server.catalog.VersionStatus;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.model.VersionState;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Meters of loads and releases: how long they took, how they ended, and by how much the process's
 * resident memory grew and shrank. A released version's series go with it. Thread-safe.
 */
public final class LoadMeters implements LoadObserver, CatalogListener {
  private static final String LOAD = "millrace.load";
  private static final String WARM_UP = "millrace.warm.up";
  private static final String GROWTH = "millrace.version.memory.added.bytes";

  private final MeterRegistry registry;
  private final LongSupplier nanoTime;
  private final LongSupplier residentBytes;
  private final Counter added;
  private final Counter returned;
  private final Map<VersionId, Begun> begun = new ConcurrentHashMap<>();

  private record Begun(long nanos, long bytes, long warmingNanos, boolean warming) {}

  /**
   * Meters in a registry.
   *
   * @param residentBytes the process's resident memory; 0 where it is not known
   */
  public LoadMeters(MeterRegistry registry, LongSupplier nanoTime, LongSupplier residentBytes) {
    this.registry = registry;
    this.nanoTime = nanoTime;
    this.residentBytes = residentBytes;
    added = counter("millrace.memory.added.bytes", "Growth of the process during loads");
    returned = counter("millrace.memory.returned.bytes", "Shrinkage of the process by releases");
  }

  @Override
  public void onLoading(VersionId id) {
    begun.put(id, new Begun(nanoTime.getAsLong(), residentBytes.getAsLong(), 0, false));
  }

  @Override
  public void onWarming(VersionId id) {
    begun.computeIfPresent(
        id,
        (version, before) -> new Begun(before.nanos(), before.bytes(), nanoTime.getAsLong(), true));
  }

  @Override
  public void onLoaded(VersionId id, @Nullable ErrorReason failure) {
    Begun before = begun.remove(id);
    if (before == null) {
      return;
    }
    long now = nanoTime.getAsLong();
    String outcome = failure == null ? "OK" : failure.name();
    timer(LOAD, "Time of loads, warm-up included", tags(id).and("outcome", outcome))
        .record(Duration.ofNanos(now - before.nanos()));
    if (before.warming()) {
      timer(WARM_UP, "Time of warm-ups and of the measurements in them", tags(id))
          .record(Duration.ofNanos(now - before.warmingNanos()));
    }
    if (failure == null) {
      double growth = Math.max(0, residentBytes.getAsLong() - before.bytes());
      added.increment(growth);
      Gauge.builder(GROWTH, () -> growth)
          .description("Growth of the process's resident memory while the version was loaded")
          .tags(tags(id))
          .register(registry);
    }
  }

  @Override
  public void onReleasing(VersionId id) {
    begun.put(id, new Begun(0, residentBytes.getAsLong(), 0, false));
  }

  @Override
  public void onReleased(VersionId id) {
    Begun before = begun.remove(id);
    if (before != null) {
      returned.increment(Math.max(0, before.bytes() - residentBytes.getAsLong()));
    }
  }

  @Override
  public void onChange(VersionStatus status) {
    if (status.state() == VersionState.RELEASED) {
      for (String name : new String[] {LOAD, WARM_UP, GROWTH}) {
        registry.find(name).tags(tags(status.id())).meters().forEach(registry::remove);
      }
    }
  }

  private Timer timer(String name, String description, Tags tags) {
    return Timer.builder(name).description(description).tags(tags).register(registry);
  }

  private Counter counter(String name, String description) {
    return Counter.builder(name).description(description).register(registry);
  }

  private static Tags tags(VersionId id) {
    return Tags.of("model", id.model().id(), "version", Long.toString(id.number()));
  }
}
