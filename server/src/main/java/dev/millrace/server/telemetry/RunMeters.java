package dev.millrace.server.telemetry;

import dev.millrace.server.catalog.CatalogListener;
import dev.millrace.server.catalog.VersionStatus;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.model.VersionState;
import dev.millrace.server.scheduling.DropReason;
import dev.millrace.server.scheduling.Lane;
import dev.millrace.server.scheduling.QueueObserver;
import dev.millrace.server.scheduling.ShedReason;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Meters of queue and runs, by model, version and signature; a released version's series go with
 * it. Thread-safe.
 */
public final class RunMeters implements QueueObserver, CatalogListener {
  private final MeterRegistry registry;
  private final Map<VersionId, Map<String, RunSeries>> series = new ConcurrentHashMap<>();

  /** Meters in a registry. */
  public RunMeters(MeterRegistry registry) {
    this.registry = registry;
  }

  @Override
  public void onShed(Lane lane, ShedReason why) {
    of(lane).shed(why);
  }

  @Override
  public void onDropped(Lane lane, DropReason why, long savedNanos) {
    of(lane).dropped(why, savedNanos);
  }

  @Override
  public void onStarted(Lane lane, long waitedNanos) {
    of(lane).started(waitedNanos);
  }

  @Override
  public void onRun(Lane lane, int rows, long nanos) {
    of(lane).ran(rows, nanos);
  }

  @Override
  public void onExpiredRun(Lane lane) {
    of(lane).ranExpired();
  }

  @Override
  public void onWasted(Lane lane, DropReason why, long nanos) {
    of(lane).wasted(why, nanos);
  }

  @Override
  public void onChange(VersionStatus status) {
    if (status.state() == VersionState.RELEASED) {
      Map<String, RunSeries> gone = series.remove(status.id());
      if (gone != null) {
        gone.values().forEach(RunSeries::remove);
      }
    }
  }

  private RunSeries of(Lane lane) {
    return series
        .computeIfAbsent(lane.key().version(), version -> new ConcurrentHashMap<>())
        .computeIfAbsent(
            lane.key().signature(),
            signature -> new RunSeries(registry, lane.key().version(), signature));
  }
}
