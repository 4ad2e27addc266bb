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
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Meters of requests: {@code millrace.requests} by model, version, signature and code. Names come
 * from the catalog alone, so that what a client makes up never becomes a tag; the series of a
 * released version go with it, and those of a model with its last version. Thread-safe.
 */
public final class RequestMeters implements InferenceObserver, CatalogListener {
  private final MeterRegistry registry;
  private final AtomicInteger inFlight;
  private final Map<VersionId, RequestSeries> versions = new ConcurrentHashMap<>();
  private final Map<ModelName, RequestSeries> models = new ConcurrentHashMap<>();
  private final RequestSeries unknown;

  /** Meters in a registry. */
  public RequestMeters(MeterRegistry registry) {
    this.registry = registry;
    this.inFlight = registry.gauge("millrace.requests.in.flight", new AtomicInteger());
    this.unknown = new RequestSeries(registry, "unknown", RequestSeries.NONE);
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
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    ErrorReason reason = null;
    if (response == null) {
      reason = cause instanceof ServingException known ? known.reason() : ErrorReason.INTERNAL;
    }
    VersionId version = response != null ? response.version() : version(cause).orElse(null);
    RequestSeries ofVersion = version == null ? null : versions.get(version);
    if (ofVersion != null && ofVersion.record(request.signature(), reason, taken)) {
      return;
    }
    RequestSeries ofModel = models.get(request.model().model());
    if (ofModel == null || !ofModel.record(RequestSeries.NONE, reason, taken)) {
      unknown.record(RequestSeries.NONE, reason, taken);
    }
  }

  @Override
  public void onChange(VersionStatus status) {
    VersionId id = status.id();
    ModelName model = id.model();
    if (status.state() != VersionState.RELEASED) {
      models.computeIfAbsent(
          model, name -> new RequestSeries(registry, name.id(), RequestSeries.NONE));
      versions
          .computeIfAbsent(
              id, key -> new RequestSeries(registry, model.id(), Long.toString(key.number())))
          .show(status.signatures().keySet());
      return;
    }
    remove(versions.remove(id));
    if (versions.keySet().stream().noneMatch(other -> other.model().equals(model))) {
      remove(models.remove(model));
    }
  }

  private static void remove(@Nullable RequestSeries series) {
    if (series != null) {
      series.remove();
    }
  }

  private static Optional<VersionId> version(@Nullable Throwable failure) {
    return failure instanceof ServingException known ? known.version() : Optional.empty();
  }
}
