package dev.millrace.server.catalog;

import dev.millrace.server.model.BatchPlan;
import dev.millrace.server.model.BatchPlan.Measurement;
import dev.millrace.server.model.ExecutionMode;
import dev.millrace.server.model.ServingException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a version into memory, warm, in the way of running that suits it. With one run a core the
 * machine does most in a second, but a single run has one core: where that takes more than half the
 * latency target, the version is loaded for all cores as well, and the faster one is kept. For that
 * time it is in memory twice; when there is no room for that, the first one is kept.
 */
public final class VersionLoad {
  private static final Logger log = LoggerFactory.getLogger(VersionLoad.class);

  private final ServableLoader loader;
  private final WarmUp warmUp;
  private final int cores;
  private final LongSupplier nanoTime;

  /**
   * A load.
   *
   * @param cores cores that runs may use
   * @param nanoTime the clock that durations are read from
   */
  public VersionLoad(ServableLoader loader, WarmUp warmUp, int cores, LongSupplier nanoTime) {
    this.loader = loader;
    this.warmUp = warmUp;
    this.cores = cores;
    this.nanoTime = nanoTime;
  }

  /**
   * Loads and warms up; the caller owns the servable.
   *
   * @param former what was measured of the version that answers now, under the same settings
   * @param onLoaded hears when the load is done and the warm-up begins
   * @throws dev.millrace.server.model.ServingException LOAD_FAILED, DIGEST_MISMATCH or
   *     WARM_UP_FAILED; nothing stays in memory then
   */
  LoadedVersion load(
      ServableSource source, Optional<WarmUpReport> former, Consumer<Servable> onLoaded) {
    ExecutionMode chosen = source.settings().execution();
    boolean measure = chosen == ExecutionMode.AUTO;
    LoadedVersion version =
        load(source, measure ? ExecutionMode.PER_CORE : chosen, former, onLoaded);
    if (!measure || cores == 1 || !isSlow(version)) {
      return version;
    }
    LoadedVersion other;
    try {
      other = load(source, ExecutionMode.ALL_CORES, former, servable -> {});
    } catch (ServingException notMeasured) {
      log.warn("{} could not be tried over all cores", source.id(), notMeasured);
      return version;
    } catch (RuntimeException | Error failed) {
      version.servable().close();
      throw failed;
    }
    boolean better = rowLatency(other) < rowLatency(version);
    (better ? version : other).servable().close();
    return better ? other : version;
  }

  private LoadedVersion load(
      ServableSource source,
      ExecutionMode mode,
      Optional<WarmUpReport> former,
      Consumer<Servable> onLoaded) {
    long start = nanoTime.getAsLong();
    Servable servable = loader.load(source, mode);
    try {
      Duration taken = Duration.ofNanos(nanoTime.getAsLong() - start);
      onLoaded.accept(servable);
      Optional<WarmUpReport> alike = former.filter(report -> report.execution() == mode);
      return new LoadedVersion(source, servable, warmUp.run(source, servable, mode, taken, alike));
    } catch (RuntimeException | Error failed) {
      servable.close();
      throw failed;
    }
  }

  private static boolean isSlow(LoadedVersion version) {
    Duration target = version.source().settings().batching().latencyTarget();
    return rowLatency(version) > target.toNanos() / 2;
  }

  /** The slowest signature's time for one row; of signatures that were not measured, nothing. */
  private static long rowLatency(LoadedVersion version) {
    return version.report().batching().values().stream()
        .map(BatchPlan::tried)
        .filter(tried -> !tried.isEmpty())
        .map(tried -> tried.get(0))
        .map(Measurement::latency)
        .mapToLong(Duration::toNanos)
        .max()
        .orElse(version.report().lastRequest().toNanos());
  }
}
