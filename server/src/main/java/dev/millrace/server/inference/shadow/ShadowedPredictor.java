package dev.millrace.server.inference.shadow;

import dev.millrace.server.inference.InferenceRequest;
import dev.millrace.server.inference.InferenceResponse;
import dev.millrace.server.inference.Predictor;
import dev.millrace.server.model.VersionChoice;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has requests that name a model alone copied once they are answered. For models without a shadow
 * it costs one look-up. Thread-safe.
 */
public final class ShadowedPredictor implements Predictor {
  private static final Logger log = LoggerFactory.getLogger(ShadowedPredictor.class);

  private final Predictor delegate;
  private final ShadowTraffic traffic;
  private final LongSupplier nanoTime;

  /** Watches a predictor. */
  public ShadowedPredictor(Predictor delegate, ShadowTraffic traffic, LongSupplier nanoTime) {
    this.delegate = delegate;
    this.traffic = traffic;
    this.nanoTime = nanoTime;
  }

  @Override
  public CompletionStage<InferenceResponse> predict(InferenceRequest request) {
    if (!(request.model().choice() instanceof VersionChoice.Latest)) {
      return delegate.predict(request);
    }
    ShadowTargets targets = traffic.of(request.model().model());
    if (targets == null) {
      return delegate.predict(request);
    }
    long start = nanoTime.getAsLong();
    return delegate
        .predict(request)
        .whenComplete(
            (response, failure) -> {
              if (response != null) {
                offer(targets, request, response, start);
              }
            });
  }

  private void offer(
      ShadowTargets targets, InferenceRequest request, InferenceResponse response, long start) {
    try {
      traffic.offer(targets, request, response, Duration.ofNanos(nanoTime.getAsLong() - start));
    } catch (RuntimeException | Error defect) {
      // Thrown on, it would take the place of the caller's answer.
      log.error("a request to {} could not be copied", response.version(), defect);
    }
  }
}
