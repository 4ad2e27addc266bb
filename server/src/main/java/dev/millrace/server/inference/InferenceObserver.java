package dev.millrace.server.inference;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Is told of every request when it ends. Thread-safe; must not block. */
public interface InferenceObserver {
  /** A request has begun. */
  void onStart();

  /**
   * A request has ended.
   *
   * @param request the request
   * @param response the answer; null when it failed
   * @param failure why it failed; null when it was answered
   * @param taken from start to end
   */
  void onEnd(
      InferenceRequest request,
      @Nullable InferenceResponse response,
      @Nullable Throwable failure,
      Duration taken);

  /** Both of two observers, this one first. */
  default InferenceObserver and(InferenceObserver other) {
    InferenceObserver first = this;
    return new InferenceObserver() {
      @Override
      public void onStart() {
        first.onStart();
        other.onStart();
      }

      @Override
      public void onEnd(
          InferenceRequest request,
          @Nullable InferenceResponse response,
          @Nullable Throwable failure,
          Duration taken) {
        first.onEnd(request, response, failure, taken);
        other.onEnd(request, response, failure, taken);
      }
    };
  }
}
