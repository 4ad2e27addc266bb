package dev.millrace.server.inference.shadow;

import dev.millrace.server.inference.InferenceRequest;
import dev.millrace.server.inference.InferenceResponse;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ModelSettings;
import dev.millrace.server.model.ShadowSettings;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.registry.ModelRecord;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The copies of all models: who gets them as the registry has it, and what came of them since. The
 * figures of a target begin anew when the champion, the traffic or the bake period changes; kept
 * disagreements stay until newer ones take their place. Thread-safe.
 */
public final class ShadowTraffic {
  private final CopyRunner runner;
  private final Function<VersionId, Optional<ModelSettings>> settings;
  private final List<ShadowObserver> observers;
  private final DoubleSupplier random;
  private final Map<ModelName, ShadowTargets> models = new ConcurrentHashMap<>();
  private final Map<ModelName, Disagreements> disagreements = new ConcurrentHashMap<>();

  /**
   * No copies yet.
   *
   * @param settings of a version, while it is loaded
   * @param observers hear of every copy
   * @param random from 0 to below 1; picks the requests that are copied
   */
  public ShadowTraffic(
      CopyRunner runner,
      Function<VersionId, Optional<ModelSettings>> settings,
      List<ShadowObserver> observers,
      DoubleSupplier random) {
    this.runner = runner;
    this.settings = settings;
    this.observers = List.copyOf(observers);
    this.random = random;
  }

  /** Copies from now on as a model's record says. To be called in the order of its changes. */
  public void onChange(ModelRecord record) {
    models.compute(
        record.model(),
        (model, before) -> {
          if (before != null && before.fit(record)) {
            return before;
          }
          if (before != null) {
            before.end();
          }
          ShadowTargets after = ShadowTargets.of(record, settings, observers);
          return after.all().isEmpty() ? null : after;
        });
  }

  /** What the shadow of a model has shown; empty without one. */
  public Optional<ShadowReport> report(ModelName model) {
    return Optional.ofNullable(models.get(model)).flatMap(ShadowTargets::report);
  }

  /** Requests on which answers differed, newest first, as far as the settings keep them. */
  public List<Disagreement> disagreements(ModelName model) {
    Disagreements kept = disagreements.get(model);
    if (kept == null) {
      return List.of();
    }
    synchronized (kept) {
      return kept.newestFirst();
    }
  }

  @Nullable ShadowTargets of(ModelName model) {
    return models.get(model);
  }

  /** Copies a request that was answered, where its turn has come; returns at once. */
  void offer(
      ShadowTargets targets, InferenceRequest request, InferenceResponse response, Duration taken) {
    for (ShadowTarget target : targets.all()) {
      if (target.wants(response.version().number(), random)) {
        runner.submit(target, request, response, taken, this::keep);
      }
    }
  }

  private void keep(Disagreement seen) {
    ModelName model = seen.model();
    ShadowSettings policy =
        settings
            .apply(new VersionId(model, seen.shadowVersion()))
            .map(ModelSettings::shadow)
            .orElse(ShadowSettings.DEFAULT);
    if (policy.keepDisagreements() > 0) {
      Disagreements kept = disagreements.computeIfAbsent(model, name -> new Disagreements());
      synchronized (kept) {
        kept.add(seen, policy);
      }
    }
  }
}
