package dev.millrace.server.telemetry;

import dev.millrace.server.catalog.CatalogListener;
import dev.millrace.server.catalog.VersionStatus;
import dev.millrace.server.feedback.FeatureDrift;
import dev.millrace.server.feedback.VersionFeedback;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.model.VersionState;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * Meters of online accuracy and drift, of versions whose answers are counted; a released version's
 * series go with it. Thread-safe.
 */
public final class FeedbackMeters implements CatalogListener {
  private final MeterRegistry registry;
  private final Function<VersionId, Optional<VersionFeedback>> feedback;
  private final Set<VersionId> available = ConcurrentHashMap.newKeySet();
  private final Map<VersionId, List<Meter>> series = new ConcurrentHashMap<>();

  /**
   * Meters in a registry.
   *
   * @param feedback what is known of a version; asked at each scrape, and may wait for a store
   */
  public FeedbackMeters(
      MeterRegistry registry, Function<VersionId, Optional<VersionFeedback>> feedback) {
    this.registry = registry;
    this.feedback = feedback;
  }

  /** An answer of a version is counted. */
  public void counted(VersionId version) {
    // The answer may come after the version's release, and must not bring its series back.
    if (available.contains(version)) {
      series.computeIfAbsent(version, this::register);
    }
  }

  @Override
  public void onChange(VersionStatus status) {
    if (status.state() == VersionState.AVAILABLE) {
      available.add(status.id());
    } else if (status.state() == VersionState.RELEASED) {
      available.remove(status.id());
      series.computeIfPresent(
          status.id(),
          (id, meters) -> {
            meters.forEach(registry::remove);
            return null;
          });
    }
  }

  private List<Meter> register(VersionId version) {
    Tags tags = Tags.of("model", version.model().id(), "version", Long.toString(version.number()));
    return List.of(
        FunctionCounter.builder(
                "millrace.feedback.answered", version, of(known -> known.answered()))
            .description("Examples answered by a version whose answers are counted")
            .tags(tags)
            .register(registry),
        told(version, tags.and("outcome", "right"), known -> known.told().hits()),
        told(
            version,
            tags.and("outcome", "wrong"),
            known -> known.told().of() - known.told().hits()),
        gauge(
            "millrace.online.accuracy",
            "Share of the examples whose truth was told that was answered rightly",
            version,
            tags,
            known -> known.told().of() == 0 ? Double.NaN : known.told().value()),
        drift(version, tags.and("of", "answers"), VersionFeedback::classPsi),
        drift(
            version,
            tags.and("of", "inputs"),
            known -> known.inputs().largest().map(FeatureDrift::psi).orElse(Double.NaN)));
  }

  private Meter told(VersionId version, Tags tags, ToDoubleFunction<VersionFeedback> figure) {
    return gauge(
        "millrace.feedback.told",
        "Examples whose truth was told, by whether they had been answered rightly",
        version,
        tags,
        figure);
  }

  private Meter drift(VersionId version, Tags tags, ToDoubleFunction<VersionFeedback> figure) {
    return gauge(
        "millrace.drift.psi",
        "Population stability index against the reference",
        version,
        tags,
        figure);
  }

  private Meter gauge(
      String name,
      String description,
      VersionId version,
      Tags tags,
      ToDoubleFunction<VersionFeedback> figure) {
    return Gauge.builder(name, version, of(figure))
        .description(description)
        .tags(tags)
        .register(registry);
  }

  private ToDoubleFunction<VersionId> of(ToDoubleFunction<VersionFeedback> figure) {
    return version -> feedback.apply(version).map(figure::applyAsDouble).orElse(Double.NaN);
  }
}
