package dev.millrace.server.telemetry;

import dev.millrace.server.model.ErrorReason;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The request meters of one version, or of requests without one; each is made when it is first
 * needed, and found again by a look-up. Once removed, none comes back. Thread-safe.
 */
final class RequestSeries {
  static final String NAME = "millrace.requests";
  static final String NONE = "none";
  static final Duration[] TIMES = {
    Duration.ofMillis(1),
    Duration.ofMillis(2),
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(20),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(200),
    Duration.ofMillis(500),
    Duration.ofSeconds(1),
    Duration.ofSeconds(5)
  };

  private final MeterRegistry registry;
  private final Tags tags;
  // By signature, then by outcome: 0 for an answer, else the reason's place and 1.
  private final Map<String, AtomicReferenceArray<@Nullable Timer>> timers =
      new ConcurrentHashMap<>();
  private volatile Set<String> signatures = Set.of();
  private boolean removed;

  RequestSeries(MeterRegistry registry, String model, String version) {
    this.registry = registry;
    this.tags = Tags.of("model", model, "version", version);
  }

  /** Names that may be shown; others are {@link #NONE}. */
  void show(Set<String> names) {
    signatures = Set.copyOf(names);
  }

  /** Counts a request; false when these meters are gone. */
  boolean record(String signature, @Nullable ErrorReason failure, Duration taken) {
    int outcome = failure == null ? 0 : 1 + failure.ordinal();
    AtomicReferenceArray<@Nullable Timer> known = timers.get(signature);
    Timer timer = known == null ? null : known.get(outcome);
    if (timer == null) {
      String shown = signatures.contains(signature) ? signature : NONE;
      timer = make(shown, outcome, failure == null ? "OK" : failure.name());
    }
    if (timer == null) {
      return false;
    }
    timer.record(taken);
    return true;
  }

  synchronized void remove() {
    removed = true;
    timers
        .values()
        .forEach(
            byOutcome -> {
              for (int i = 0; i < byOutcome.length(); i++) {
                Timer timer = byOutcome.get(i);
                if (timer != null) {
                  registry.remove(timer);
                }
              }
            });
  }

  private synchronized @Nullable Timer make(String signature, int outcome, String code) {
    if (removed) {
      return null;
    }
    AtomicReferenceArray<@Nullable Timer> byOutcome =
        timers.computeIfAbsent(
            signature, name -> new AtomicReferenceArray<>(1 + ErrorReason.values().length));
    Timer timer = byOutcome.get(outcome);
    if (timer == null) {
      timer =
          Timer.builder(NAME)
              .description("Requests by outcome, and the time from their arrival to their answer")
              .tags(tags.and("signature", signature, "code", code))
              .serviceLevelObjectives(TIMES)
              .register(registry);
      byOutcome.set(outcome, timer);
    }
    return timer;
  }
}
