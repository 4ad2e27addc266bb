package dev.millrace.server.telemetry;

import dev.millrace.server.inference.shadow.Comparison;
import dev.millrace.server.model.VersionId;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.DoubleAccumulator;

/** The meters of one version that gets copies. Thread-safe. */
final class ShadowSeries {
  private final MeterRegistry registry;
  private final Counter compared;
  private final Counter failed;
  private final Counter dropped;
  private final Counter agreed;
  private final Counter differed;
  private final Timer primaryTime;
  private final Timer shadowTime;
  private final DoubleAccumulator difference = new DoubleAccumulator(Math::max, 0);
  private final List<Meter> all;

  ShadowSeries(MeterRegistry registry, VersionId version) {
    this.registry = registry;
    Tags tags = Tags.of("model", version.model().id(), "version", Long.toString(version.number()));
    compared = copies(tags, "compared");
    failed = copies(tags, "failed");
    dropped = copies(tags, "dropped");
    agreed = examples(tags, "agreed");
    differed = examples(tags, "differed");
    primaryTime =
        timer(
            "millrace.shadow.primary",
            "Time of the answers that callers got to requests that were copied",
            tags);
    shadowTime = timer("millrace.shadow.time", "Time of the answers to copies", tags);
    Gauge largest =
        Gauge.builder("millrace.shadow.largest.difference", difference, DoubleAccumulator::get)
            .description("Largest difference between two numbers of the same place")
            .tags(tags)
            .register(registry);
    all = List.of(compared, failed, dropped, agreed, differed, primaryTime, shadowTime, largest);
  }

  void compared(Duration primary, Duration shadow, Comparison comparison) {
    compared.increment();
    agreed.increment(comparison.agreed());
    differed.increment(comparison.examples() - comparison.agreed());
    primaryTime.record(primary);
    shadowTime.record(shadow);
    difference.accumulate(comparison.largestDifference());
  }

  void failed() {
    failed.increment();
  }

  void dropped() {
    dropped.increment();
  }

  void remove() {
    all.forEach(registry::remove);
  }

  private Counter copies(Tags tags, String outcome) {
    return Counter.builder("millrace.shadow.requests")
        .description("Copies of requests by what came of them")
        .tags(tags.and("outcome", outcome))
        .register(registry);
  }

  private Counter examples(Tags tags, String outcome) {
    return Counter.builder("millrace.shadow.examples")
        .description("Examples that were compared, by whether both versions said the same")
        .tags(tags.and("outcome", outcome))
        .register(registry);
  }

  private Timer timer(String name, String description, Tags tags) {
    return Timer.builder(name)
        .description(description)
        .tags(tags)
        .serviceLevelObjectives(RequestSeries.TIMES)
        .register(registry);
  }
}
