package dev.millrace.server.telemetry;

import dev.millrace.server.catalog.CatalogListener;
import dev.millrace.server.catalog.VersionStatus;
import dev.millrace.server.inference.recording.RecordObserver;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.model.VersionState;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts the records of the request log, by version. The series of a version go when it is
 * released; what is written of it after that is not counted. Thread-safe.
 */
public final class RecordMeters implements RecordObserver, CatalogListener {
  private final MeterRegistry registry;
  private final Map<VersionId, Map<Outcome, Counter>> versions = new ConcurrentHashMap<>();

  /** Meters of a registry. */
  public RecordMeters(MeterRegistry registry) {
    this.registry = registry;
  }

  @Override
  public void onChange(VersionStatus status) {
    if (status.state() == VersionState.AVAILABLE) {
      versions.putIfAbsent(status.id(), new EnumMap<>(Outcome.class));
    } else if (status.state() == VersionState.RELEASED) {
      Map<Outcome, Counter> counters = versions.remove(status.id());
      if (counters != null) {
        synchronized (counters) {
          counters.values().forEach(registry::remove);
        }
      }
    }
  }

  @Override
  public void onEnd(VersionId version, Outcome outcome) {
    Map<Outcome, Counter> counters = versions.get(version);
    if (counters == null) {
      return;
    }
    synchronized (counters) {
      if (versions.get(version) == counters) {
        counters.computeIfAbsent(outcome, one -> counter(version, one)).increment();
      }
    }
  }

  private Counter counter(VersionId version, Outcome outcome) {
    return Counter.builder("millrace.request.log")
        .description("Requests that were chosen to be recorded, by what became of them")
        .tag("model", version.model().id())
        .tag("version", Long.toString(version.number()))
        .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
        .register(registry);
  }
}
