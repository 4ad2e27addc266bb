package dev.millrace.server.telemetry;

import dev.millrace.server.inference.cache.CacheOutcome;
import dev.millrace.server.model.VersionId;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

/** The cache meters of one signature of one version. Thread-safe. */
final class CacheSeries {
  private final MeterRegistry registry;
  private final Map<CacheOutcome, Counter> requests = new EnumMap<>(CacheOutcome.class);
  private final Counter saved;
  private final AtomicLong kept = new AtomicLong();
  private final Gauge bytes;

  CacheSeries(MeterRegistry registry, VersionId version, String signature) {
    this.registry = registry;
    Tags tags =
        Tags.of(
            "model",
            version.model().id(),
            "version",
            Long.toString(version.number()),
            "signature",
            signature);
    for (CacheOutcome outcome : CacheOutcome.values()) {
      requests.put(
          outcome,
          Counter.builder("millrace.cache.requests")
              .description("Requests by what the cache did for them")
              .tags(tags.and("outcome", outcome.name().toLowerCase(Locale.ROOT)))
              .register(registry));
    }
    saved =
        Counter.builder("millrace.cache.saved.seconds")
            .description("Worker time that kept and shared answers saved")
            .tags(tags)
            .register(registry);
    bytes =
        Gauge.builder("millrace.cache.bytes", kept, AtomicLong::get)
            .description("Bytes of kept answers and their inputs")
            .tags(tags)
            .register(registry);
  }

  void request(CacheOutcome outcome) {
    Objects.requireNonNull(requests.get(outcome)).increment();
  }

  void saved(long nanos) {
    saved.increment(nanos / 1e9);
  }

  void bytes(long change) {
    kept.addAndGet(change);
  }

  void remove() {
    requests.values().forEach(registry::remove);
    registry.remove(saved);
    registry.remove(bytes);
  }
}
