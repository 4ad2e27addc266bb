package dev.millrace.server.inference;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;

/** Tells an observer of every request that passes. */
public final class ObservedPredictor implements Predictor {
  private final Predictor delegate;
  private final InferenceObserver observer;
  private final LongSupplier nanoTime;

  /** Watches a predictor. */
  public ObservedPredictor(Predictor delegate, InferenceObserver observer, LongSupplier nanoTime) {
    this.delegate = delegate;
    this.observer = observer;
    this.nanoTime = nanoTime;
  }

  @Override
  public CompletionStage<InferenceResponse> predict(InferenceRequest request) {
    observer.onStart();
    long start = nanoTime.getAsLong();
    return delegate
        .predict(request)
        .whenComplete(
            (response, failure) ->
                observer.onEnd(
                    request, response, failure, Duration.ofNanos(nanoTime.getAsLong() - start)));
  }
}
