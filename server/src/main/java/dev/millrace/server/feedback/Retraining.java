package dev.millrace.server.feedback;

import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.VersionId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a model trained anew when its rule says so: one job of a model at a time, and none before the
 * cool-down has passed, counted over restarts. Thread-safe.
 */
public final class Retraining {
  private static final Logger log = LoggerFactory.getLogger(Retraining.class);
  // Rules read all counts, so they are not looked at for each request.
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

  private final Jobs jobs;
  private final Executor executor;
  private final InstantSource clock;
  private final Map<ModelName, Instant> nextLooks = new ConcurrentHashMap<>();

  /** Starts trainings. Thread-safe. */
  public interface Jobs {
    /** True when a version answers callers who name the model alone. */
    boolean answers(VersionId id);

    /** When the model was last trained anew by a rule; empty for never. */
    Optional<Instant> last(ModelName model);

    /** True while a job of the model waits or runs. */
    boolean isUnderWay(ModelName model);

    /**
     * Starts a job that trains as the version was trained, on what the dataset is by now.
     *
     * @param reason why, for the history
     */
    void start(VersionId id, String reason);
  }

  /**
   * Trainings that a rule may start.
   *
   * @param executor looks at rules, and starts jobs
   */
  public Retraining(Jobs jobs, Executor executor, InstantSource clock) {
    this.jobs = jobs;
    this.executor = executor;
    this.clock = clock;
  }

  /**
   * Has the rule looked at, at most once a second a model. Never throws.
   *
   * @param report what is known of the version
   */
  void look(VersionId id, FeedbackSettings settings, Supplier<VersionFeedback> report) {
    if (settings.retrain().isEmpty() || !isTime(id.model())) {
      return;
    }
    RetrainRule rule = settings.retrain().get();
    try {
      executor.execute(() -> decide(id, rule, report.get()));
    } catch (RejectedExecutionException stopping) {
      log.debug("the server stops; no job is started");
    }
  }

  private synchronized void decide(VersionId id, RetrainRule rule, VersionFeedback known) {
    try {
      Optional<String> reason = rule.reason(known);
      if (reason.isPresent() && jobs.answers(id) && isFree(id.model(), rule)) {
        log.info("{} is trained anew: {}", id.model(), reason.get());
        jobs.start(id, reason.get());
      }
    } catch (RuntimeException refused) {
      log.warn("{} cannot be trained anew", id.model(), refused);
    }
  }

  private boolean isTime(ModelName model) {
    Instant now = clock.instant();
    boolean[] mine = new boolean[1];
    nextLooks.compute(
        model,
        (same, next) -> {
          mine[0] = next == null || !next.isAfter(now);
          return mine[0] ? now.plus(BETWEEN_LOOKS) : next;
        });
    return mine[0];
  }

  private boolean isFree(ModelName model, RetrainRule rule) {
    return !jobs.isUnderWay(model)
        && jobs.last(model)
            .map(last -> !last.plus(rule.coolDown()).isAfter(clock.instant()))
            .orElse(true);
  }
}
