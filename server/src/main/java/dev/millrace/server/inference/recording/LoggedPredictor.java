package dev.millrace.server.inference.recording;

import dev.millrace.server.inference.InferenceRequest;
import dev.millrace.server.inference.InferenceResponse;
import dev.millrace.server.inference.Predictor;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has answered requests recorded, whichever wire they came by. Thread-safe. */
public final class LoggedPredictor implements Predictor {
  private static final Logger log = LoggerFactory.getLogger(LoggedPredictor.class);

  private final Predictor delegate;
  private final RequestLog requests;

  /** Watches a predictor. */
  public LoggedPredictor(Predictor delegate, RequestLog requests) {
    this.delegate = delegate;
    this.requests = requests;
  }

  @Override
  public CompletionStage<InferenceResponse> predict(InferenceRequest request) {
    return delegate
        .predict(request)
        .whenComplete(
            (response, failure) -> {
              if (response != null) {
                offer(request, response);
              }
            });
  }

  private void offer(InferenceRequest request, InferenceResponse response) {
    try {
      requests.offer(request, response);
    } catch (RuntimeException | Error defect) {
      // Thrown on, it would take the place of the caller's answer.
      log.error("a request to {} could not be recorded", response.version(), defect);
    }
  }
}
