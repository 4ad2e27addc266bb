package dev.millrace.server.inference;

import dev.millrace.server.tensor.TensorData;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** Tells an observer of every answer, before its caller has it. Thread-safe. */
public final class MeteredPredictor implements LeasedPredictor {
  private final LeasedPredictor delegate;
  private final UsageObserver observer;

  /** Watches a predictor. */
  public MeteredPredictor(LeasedPredictor delegate, UsageObserver observer) {
    this.delegate = delegate;
    this.observer = observer;
  }

  @Override
  public CompletionStage<InferenceResponse> predict(LeasedRequest leased) {
    return delegate
        .predict(leased)
        .thenApply(
            response -> {
              InferenceRequest request = leased.request();
              observer.onAnswered(
                  request.caller(),
                  response.version(),
                  examples(leased),
                  bytes(request.inputs()),
                  bytes(response.outputs()));
              return response;
            });
  }

  private static int examples(LeasedRequest leased) {
    InferenceRequest request = leased.request();
    boolean byRows = leased.lease().batchPlan(request.signature()).batchable();
    return byRows ? Math.max(1, Rows.common(request.inputs())) : 1;
  }

  private static long bytes(Map<String, TensorData> tensors) {
    long bytes = 0;
    for (TensorData tensor : tensors.values()) {
      bytes += tensor.byteCount();
    }
    return bytes;
  }
}
