package dev.millrace.server.rollout;

import dev.millrace.server.catalog.CatalogListener;
import dev.millrace.server.catalog.ModelCatalog;
import dev.millrace.server.catalog.VersionStatus;
import dev.millrace.server.inference.InferenceObserver;
import dev.millrace.server.inference.InferenceRequest;
import dev.millrace.server.inference.InferenceResponse;
import dev.millrace.server.inference.shadow.Comparison;
import dev.millrace.server.inference.shadow.ShadowObserver;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ModelSettings;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionChoice;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.model.VersionState;
import dev.millrace.server.registry.Bake;
import dev.millrace.server.registry.ModelRecord;
import dev.millrace.server.registry.Registry;
import dev.millrace.server.rollout.RecentTraffic.Baseline;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches over new champions in their bake period: hears of every request and every copy, judges
 * once an interval, and has a version rolled back whose errors, latency or agreement with the
 * former champion cross the model's limits. Thread-safe; {@link #tick} is called by one thread.
 */
public final class BakeWatch implements InferenceObserver, ShadowObserver, CatalogListener {
  private static final Logger log = LoggerFactory.getLogger(BakeWatch.class);
  private static final int INTERVALS_OF_A_WINDOW = 60;

  private final ModelCatalog catalog;
  private final BakeEnd end;
  private final FormOfRequest form;
  private final InstantSource clock;
  private final Duration interval;
  private final Map<VersionId, RecentTraffic> recent = new ConcurrentHashMap<>();
  private final Map<ModelName, BakeTrial> trials = new ConcurrentHashMap<>();
  private int ticks;

  /**
   * A watch that knows of no bake period yet.
   *
   * @param interval time between two calls of {@link #tick}
   */
  public BakeWatch(
      ModelCatalog catalog, Registry registry, InstantSource clock, Duration interval) {
    this.catalog = catalog;
    this.end = new BakeEnd(registry);
    this.form = new FormOfRequest(catalog);
    this.clock = clock;
    this.interval = interval;
  }

  /** Begins and ends trials as a model's record says. To be called in the order of its changes. */
  public void onChange(ModelRecord record) {
    trials.compute(
        record.model(),
        (model, before) -> {
          if (record.bake().isEmpty()) {
            return null;
          }
          Bake bake = record.bake().get();
          return before != null && before.bake().equals(bake) ? before : begin(model, bake);
        });
  }

  private BakeTrial begin(ModelName model, Bake bake) {
    RecentTraffic former = recent.get(new VersionId(model, bake.former()));
    long length = Duration.between(bake.start(), bake.end()).toNanos();
    return new BakeTrial(
        bake,
        former == null ? Baseline.UNKNOWN : former.baseline(),
        length / interval.toNanos() + 1);
  }

  /** Judges what has come since the last call. Never throws. */
  public void tick() {
    if (++ticks % INTERVALS_OF_A_WINDOW == 0) {
      recent.values().forEach(RecentTraffic::turn);
    }
    trials.forEach(
        (model, trial) -> {
          try {
            judge(model, trial);
          } catch (RuntimeException failed) {
            log.error("the bake period of {} could not be judged", model, failed);
          }
        });
  }

  private void judge(ModelName model, BakeTrial trial) {
    Bake bake = trial.bake();
    Optional<ModelSettings> settings = catalog.settings(new VersionId(model, bake.version()));
    Optional<Verdict> verdict = settings.flatMap(loaded -> trial.judge(loaded.bakeLimits()));
    if (verdict.isPresent()) {
      if (!settings.orElseThrow().bakeLimits().automatic()) {
        log.warn("{} would be rolled back: {}", model, verdict.get().reason());
      } else if (catalog.settings(new VersionId(model, bake.former())).isEmpty()) {
        log.error(
            "{} cannot be rolled back to version {}, which is not loaded: {}",
            model,
            bake.former(),
            verdict.get().reason());
      } else {
        log.warn("{} is rolled back: {}", model, verdict.get().reason());
        end.rollBack(model, bake, verdict.get());
        return;
      }
    }
    if (!clock.instant().isBefore(bake.end())) {
      end.baked(model, bake);
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
    if (request.model().choice() instanceof VersionChoice.Exact) {
      return;
    }
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    VersionId version =
        response != null
            ? response.version()
            : cause instanceof ServingException known ? known.version().orElse(null) : null;
    RecentTraffic traffic = version == null ? null : recent.get(version);
    if (version == null || traffic == null) {
      return;
    }
    BakeTrial trial = trialOf(version);
    if (response != null) {
      traffic.answered(taken);
      if (trial != null) {
        trial.answered(taken);
      }
    } else if (isOfTheVersion(cause)) {
      traffic.failed();
      if (trial != null && !form.isRefusedBy(trial.bake().former(), request, cause)) {
        trial.failed();
      }
    }
  }

  @Override
  public void onCompared(
      VersionId primary,
      Duration primaryTime,
      VersionId shadow,
      Duration shadowTime,
      Comparison comparison) {
    BakeTrial trial = trialOf(primary);
    if (trial != null && trial.bake().former() == shadow.number()) {
      trial.compared(comparison, shadowTime);
    }
  }

  @Override
  public void onFailed(VersionId shadow) {}

  @Override
  public void onDropped(VersionId shadow) {}

  @Override
  public void onEnded(VersionId shadow) {}

  @Override
  public void onChange(VersionStatus status) {
    if (status.state() == VersionState.AVAILABLE) {
      recent.putIfAbsent(status.id(), new RecentTraffic());
    } else if (status.state() == VersionState.RELEASED) {
      recent.remove(status.id());
    }
  }

  private @Nullable BakeTrial trialOf(VersionId version) {
    BakeTrial trial = trials.get(version.model());
    return trial != null && trial.bake().version() == version.number() ? trial : null;
  }

  private static boolean isOfTheVersion(@Nullable Throwable cause) {
    ErrorReason reason =
        cause instanceof ServingException known ? known.reason() : ErrorReason.INTERNAL;
    return BakeTrial.OF_THE_VERSION.contains(reason);
  }
}
