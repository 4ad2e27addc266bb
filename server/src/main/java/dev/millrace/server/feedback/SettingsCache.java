package dev.millrace.server.feedback;

import dev.millrace.server.model.ModelName;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;

/**
 * Settings of models as they were a few seconds ago, so that no request waits for a file: whoever
 * finds them old gets them still, and has them read again elsewhere. Only the first to ask of a
 * model waits. Thread-safe.
 */
final class SettingsCache {
  private static final Duration FRESH = Duration.ofSeconds(5);

  private final Function<ModelName, FeedbackSettings> source;
  private final Executor executor;
  private final InstantSource clock;
  private final Map<ModelName, Seen> known = new ConcurrentHashMap<>();

  private record Seen(FeedbackSettings settings, Instant until) {}

  /**
   * A cache.
   *
   * @param executor reads settings again
   */
  SettingsCache(
      Function<ModelName, FeedbackSettings> source, Executor executor, InstantSource clock) {
    this.source = source;
    this.executor = executor;
    this.clock = clock;
  }

  FeedbackSettings of(ModelName model) {
    Seen seen = known.get(model);
    if (seen == null) {
      return read(model).settings();
    }
    Instant now = clock.instant();
    // One of many that find them old at once takes it upon itself.
    if (!seen.until().isAfter(now)
        && known.replace(model, seen, new Seen(seen.settings(), now.plus(FRESH)))) {
      try {
        executor.execute(() -> read(model));
      } catch (RejectedExecutionException stopping) {
        return seen.settings();
      }
    }
    return seen.settings();
  }

  private Seen read(ModelName model) {
    Seen read = new Seen(source.apply(model), clock.instant().plus(FRESH));
    known.put(model, read);
    return read;
  }
}
