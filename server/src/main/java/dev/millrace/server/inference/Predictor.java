package dev.millrace.server.inference;

import java.util.concurrent.CompletionStage;

/** Answers requests. A link of a chain; thread-safe. */
@FunctionalInterface
public interface Predictor {
  /**
   * Answers a request without blocking the calling thread.
   *
   * @return the answer, or a {@link dev.millrace.server.model.ServingException}; errors are never
   *     thrown directly
   */
  CompletionStage<InferenceResponse> predict(InferenceRequest request);
}
