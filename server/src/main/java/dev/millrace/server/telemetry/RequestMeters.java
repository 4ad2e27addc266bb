package dev.millrace.server.telemetry;

import dev.millrace.server.catalog.CatalogListener;
import dev.millrace.server.catalog.VersionStatus;
import dev.millrace.server.inference.InferenceObserver;
import dev.millrace.server.inference.InferenceRequest;
import dev.millrace.server.inference.InferenceResponse;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.model.VersionState;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Meters of requests: {@code millrace.requests} by model, version, signature and code. What a
 * client makes up, such as an unknown model's name, never becomes a tag; a released version's
 * series go with it. Thread-safe.
 */
public final class RequestMeters implements InferenceObserver, CatalogListener {
  private static final String REQUESTS = "millrace.requests";
  private static final String NONE = "none";

  private final MeterRegistry registry;
  private final Predicate<ModelName> known;
  private final AtomicInteger inFlight;

  /**
   * Meters in a registry.
   *
   * @param known tells which models there are
   */
  public RequestMeters(MeterRegistry registry, Predicate<ModelName> known) {
    this.registry = registry;
    this.known = known;
    this.inFlight = registry.gauge("millrace.requests.in.flight", new AtomicInteger());
  }

  @Override
  public void onStart() {
    inFlight.incrementAndGet();
  }

  @Override
  public void onEnd(
      InferenceRequest request,
      @Nullable InferenceResponse response,
      @Nullable Throwable failure,
      Duration taken) {
    inFlight.decrementAndGet();
    Tags tags;
    if (response != null) {
      tags = tags(response.version(), response.signature(), "OK");
    } else {
      ErrorReason reason = reason(failure);
      ModelName model = request.model().model();
      String shown = known.test(model) ? model.id() : "unknown";
      tags = Tags.of("model", shown, "version", NONE, "signature", NONE, "code", reason.name());
    }
    Timer.builder(REQUESTS)
        .description("Requests by outcome, and the time from their arrival to their answer")
        .tags(tags)
        .serviceLevelObjectives(
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
            Duration.ofSeconds(5))
        .register(registry)
        .record(taken);
  }

  @Override
  public void onChange(VersionStatus status) {
    if (status.state() == VersionState.RELEASED) {
      registry
          .find(REQUESTS)
          .tags("model", status.id().model().id(), "version", Long.toString(status.id().number()))
          .meters()
          .forEach(registry::remove);
    }
  }

  /** Stages hand a failure on in a wrapper. */
  private static ErrorReason reason(@Nullable Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause instanceof ServingException refused ? refused.reason() : ErrorReason.INTERNAL;
  }

  private static Tags tags(VersionId version, String signature, String code) {
    return Tags.of(
        "model",
        version.model().id(),
        "version",
        Long.toString(version.number()),
        "signature",
        signature,
        "code",
        code);
  }
}
