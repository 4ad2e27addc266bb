package dev.millrace.server.telemetry;

import dev.millrace.server.model.VersionId;
import dev.millrace.server.scheduling.DropReason;
import dev.millrace.server.scheduling.ShedReason;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** The run meters of one signature of one version. Thread-safe. */
final class RunSeries {
  private static final Duration[] TIMES = {
    Duration.ofMillis(1),
    Duration.ofMillis(2),
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(20),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(500),
    Duration.ofSeconds(2)
  };

  private final MeterRegistry registry;
  private final Timer queueTime;
  private final Timer runTime;
  private final DistributionSummary rows;
  private final Map<ShedReason, Counter> shed = new EnumMap<>(ShedReason.class);
  private final Map<DropReason, Counter> dropped = new EnumMap<>(DropReason.class);
  private final Map<DropReason, Counter> wasted = new EnumMap<>(DropReason.class);
  private final Counter saved;
  private final Counter ranExpired;

  RunSeries(MeterRegistry registry, VersionId version, String signature) {
    this.registry = registry;
    Tags tags =
        Tags.of(
            "model",
            version.model().id(),
            "version",
            Long.toString(version.number()),
            "signature",
            signature);
    queueTime = timer("millrace.queue.time", "Time that requests waited for a run", tags);
    runTime = timer("millrace.run.time", "Time that runs took", tags);
    rows =
        DistributionSummary.builder("millrace.batch.rows")
            .description("Rows of a run")
            .serviceLevelObjectives(1, 2, 4, 8, 16, 32, 64, 128, 256)
            .tags(tags)
            .register(registry);
    for (ShedReason why : ShedReason.values()) {
      Tags reason = tags.and("why", why.name().toLowerCase(Locale.ROOT));
      shed.put(why, counter("millrace.shed", "Requests not taken on, for overload", reason));
    }
    ranExpired =
        counter("millrace.run.expired", "Requests that were run although they had expired", tags);
    saved = counter("millrace.work.saved.seconds", "Worker time that dropped requests saved", tags);
    for (DropReason why : DropReason.values()) {
      Tags reason = tags.and("why", why.name().toLowerCase(Locale.ROOT));
      dropped.put(why, counter("millrace.dropped", "Requests given up before their run", reason));
      wasted.put(
          why,
          counter(
              "millrace.work.wasted.seconds",
              "Worker time spent on answers that nobody took",
              reason));
    }
  }

  void shed(ShedReason why) {
    Objects.requireNonNull(shed.get(why)).increment();
  }

  void dropped(DropReason why, long savedNanos) {
    Objects.requireNonNull(dropped.get(why)).increment();
    saved.increment(savedNanos / 1e9);
  }

  void started(long waitedNanos) {
    queueTime.record(Math.max(0, waitedNanos), TimeUnit.NANOSECONDS);
  }

  void ran(int rowsOfRun, long nanos) {
    rows.record(rowsOfRun);
    runTime.record(nanos, TimeUnit.NANOSECONDS);
  }

  void wasted(DropReason why, long nanos) {
    Objects.requireNonNull(wasted.get(why)).increment(nanos / 1e9);
  }

  void ranExpired() {
    ranExpired.increment();
  }

  void remove() {
    for (Meter meter : new Meter[] {queueTime, runTime, rows, saved, ranExpired}) {
      registry.remove(meter);
    }
    shed.values().forEach(registry::remove);
    dropped.values().forEach(registry::remove);
    wasted.values().forEach(registry::remove);
  }

  private Timer timer(String name, String description, Tags tags) {
    return Timer.builder(name)
        .description(description)
        .serviceLevelObjectives(TIMES)
        .tags(tags)
        .register(registry);
  }

  private Counter counter(String name, String description, Tags tags) {
    return Counter.builder(name).description(description).tags(tags).register(registry);
  }
}
