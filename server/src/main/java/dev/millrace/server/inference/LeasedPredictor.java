package dev.millrace.server.inference;

import java.util.concurrent.CompletionStage;

/** Answers requests that have a version. A link of the chain below the lease; thread-safe. */
@FunctionalInterface
public interface LeasedPredictor {
  /**
   * Answers a request without blocking the calling thread. The version's lease holds until the
   * stage completes, so it must not complete while anything of the request still runs.
   *
   * @return the answer, or a {@link dev.millrace.server.model.ServingException}; errors are never
   *     thrown directly
   */
  CompletionStage<InferenceResponse> predict(LeasedRequest request);
}
