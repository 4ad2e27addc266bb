package dev.millrace.server.inference.statistics;

import dev.millrace.server.catalog.CatalogListener;
import dev.millrace.server.catalog.VersionStatus;
import dev.millrace.server.inference.InferenceObserver;
import dev.millrace.server.inference.InferenceRequest;
import dev.millrace.server.inference.InferenceResponse;
import dev.millrace.server.inference.cache.CacheObserver;
import dev.millrace.server.inference.cache.CacheOutcome;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.model.VersionState;
import dev.millrace.server.scheduling.DropReason;
import dev.millrace.server.scheduling.Lane;
import dev.millrace.server.scheduling.QueueObserver;
import dev.millrace.server.scheduling.ShedReason;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Counts what each version does, from its load to its release. A request that no version took on is
 * counted nowhere. Thread-safe.
 */
public final class ModelStatistics
    implements InferenceObserver, QueueObserver, CacheObserver, CatalogListener {
  private final InstantSource clock;
  private final Map<VersionId, VersionCounts> versions = new ConcurrentHashMap<>();

  /** Nothing counted yet. */
  public ModelStatistics(InstantSource clock) {
    this.clock = clock;
  }

  /** What a version has done; empty when it is not in the catalog. */
  public Optional<VersionStatistics> of(VersionId version) {
    return Optional.ofNullable(versions.get(version)).map(VersionCounts::snapshot);
  }

  @Override
  public void onChange(VersionStatus status) {
    if (status.state() == VersionState.RELEASED) {
      versions.remove(status.id());
    } else {
      versions.computeIfAbsent(status.id(), id -> new VersionCounts());
    }
  }

  @Override
  public void onStart() {}

  @Override
  public void onEnd(
      InferenceRequest request,
      @Nullable InferenceResponse response,
      @Nullable Throwable failure,
      Duration taken) {
    if (response != null) {
      count(response.version(), counts -> counts.success.add(1, taken.toNanos()));
      count(response.version(), counts -> counts.requestEnded(clock.instant()));
      return;
    }
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof ServingException known && known.version().isPresent()) {
      count(known.version().get(), counts -> counts.fail.add(1, taken.toNanos()));
      count(known.version().get(), counts -> counts.requestEnded(clock.instant()));
    }
  }

  @Override
  public void onStarted(Lane lane, long waitedNanos) {
    count(lane.key().version(), counts -> counts.queue.add(1, waitedNanos));
  }

  @Override
  public void onPhases(
      Lane lane, int pieces, int rows, long inputNanos, long inferNanos, long outputNanos) {
    count(
        lane.key().version(),
        counts -> counts.ran(pieces, rows, inputNanos, inferNanos, outputNanos));
  }

  @Override
  public void onLookUp(VersionId version, String signature, boolean found, long nanos) {
    count(version, counts -> (found ? counts.cacheHit : counts.cacheMiss).add(1, nanos));
  }

  @Override
  public void onRequest(VersionId version, String signature, CacheOutcome outcome) {}

  @Override
  public void onSaved(VersionId version, String signature, long nanos) {}

  @Override
  public void onBytes(VersionId version, String signature, long change) {}

  @Override
  public void onShed(Lane lane, ShedReason why) {}

  @Override
  public void onDropped(Lane lane, DropReason why, long savedNanos) {}

  @Override
  public void onRun(Lane lane, int rows, long nanos) {}

  @Override
  public void onExpiredRun(Lane lane) {}

  @Override
  public void onWasted(Lane lane, DropReason why, long nanos) {}

  private void count(VersionId version, Consumer<VersionCounts> event) {
    VersionCounts counts = versions.get(version);
    if (counts != null) {
      event.accept(counts);
    }
  }
}
