package dev.millrace.server.inference.cache;

import dev.millrace.server.inference.InferenceResponse;
import dev.millrace.server.inference.LeasedRequest;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A request that shares a flight. Whoever claims it first decides its answer: its own deadline, the
 * end of the flight, or its turn to lead; so its lease is never closed under a run. Thread-safe.
 */
final class Passenger {
  private static final long WEIGHT_OF_REQUEST = 2048;

  private final LeasedRequest leased;
  private final CompletableFuture<InferenceResponse> answer = new CompletableFuture<>();
  private final AtomicBoolean claimed = new AtomicBoolean();

  Passenger(LeasedRequest leased) {
    this.leased = leased;
  }

  LeasedRequest leased() {
    return leased;
  }

  CompletableFuture<InferenceResponse> answer() {
    return answer;
  }

  /** Bytes that it holds while it waits. */
  long weight() {
    return WEIGHT_OF_REQUEST + KeptTensors.weight(leased.request().inputs());
  }

  /** True for the first who claims it. */
  boolean claim() {
    return claimed.compareAndSet(false, true);
  }

  /** True when nobody waits for its answer. */
  boolean isGone() {
    return answer.isDone() || leased.request().cancelled().getAsBoolean();
  }

  /** Ends it; for who has claimed it. */
  void end(@Nullable InferenceResponse response, @Nullable Throwable failure) {
    if (failure == null) {
      answer.complete(response);
    } else {
      answer.completeExceptionally(failure);
    }
  }
}
