package dev.millrace.server.rollout;

import dev.millrace.server.inference.InferenceObserver;
import dev.millrace.server.inference.InferenceRequest;
import dev.millrace.server.inference.InferenceResponse;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionChoice;
import dev.millrace.server.model.VersionId;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * How versions that answer a share of the callers do: requests that named the model alone, answered
 * or failed by an error that a version can be the cause of. Thread-safe; recording takes no lock.
 */
public final class CanaryCounts implements InferenceObserver {
  private final Map<VersionId, Count> counts = new ConcurrentHashMap<>();

  private static final class Count {
    final LongAdder answered = new LongAdder();
    final LongAdder failed = new LongAdder();
  }

  /**
   * What a version has done.
   *
   * @param answered requests that it answered
   * @param failed requests that it failed
   */
  public record Counted(long answered, long failed) {
    /** Requests in all. */
    public long requests() {
      return answered + failed;
    }
  }

  /** Begins to count a version, from 0. */
  public void begin(VersionId id) {
    counts.put(id, new Count());
  }

  /** Ends it. */
  public void end(VersionId id) {
    counts.remove(id);
  }

  /** What was counted since the beginning; nothing for one that is not counted. */
  public Counted of(VersionId id) {
    Count count = counts.get(id);
    return count == null
        ? new Counted(0, 0)
        : new Counted(count.answered.sum(), count.failed.sum());
  }

  @Override
  public void onStart() {}

  @Override
  public void onEnd(
      InferenceRequest request,
      @Nullable InferenceResponse response,
      @Nullable Throwable failure,
      Duration taken) {
    if (counts.isEmpty() || request.model().choice() instanceof VersionChoice.Exact) {
      return;
    }
    if (response != null) {
      Count count = counts.get(response.version());
      if (count != null) {
        count.answered.increment();
      }
    } else if (failure != null) {
      failed(failure);
    }
  }

  private void failed(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof ServingException known && known.version().isPresent()) {
      Count count = counts.get(known.version().get());
      ErrorReason reason = known.reason();
      if (count != null && BakeTrial.OF_THE_VERSION.contains(reason)) {
        count.failed.increment();
      }
    }
  }
}
