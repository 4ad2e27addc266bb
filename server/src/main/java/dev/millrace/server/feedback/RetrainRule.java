package dev.millrace.server.feedback;

import dev.millrace.server.evaluation.metrics.Share;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * When a model is trained anew.
 *
 * @param minFeedback predictions whose truth must be known, or that must have been answered where
 *     drift decides
 * @param accuracy trains when the online accuracy is below this; empty to pay no regard to it
 * @param drift trains when the population stability index of the answers is above this; empty to
 *     pay no regard to it
 * @param coolDown least time between two starts
 */
public record RetrainRule(
    int minFeedback, OptionalDouble accuracy, OptionalDouble drift, Duration coolDown) {
  /**
   * Why the model shall be trained anew; empty when it shall not.
   *
   * @param told online accuracy
   * @param answered predictions answered
   * @param psi drift of the answers; NaN when there is no reference
   */
  public Optional<String> reason(Share told, long answered, double psi) {
    if (accuracy.isPresent() && told.of() >= minFeedback && told.value() < accuracy.getAsDouble()) {
      return Optional.of(
          String.format(
              Locale.ROOT,
              "online accuracy is %.4f (95 %%: %.4f to %.4f) of %d predictions, below %.4f",
              told.value(),
              told.lower(),
              told.upper(),
              told.of(),
              accuracy.getAsDouble()));
    }
    if (drift.isPresent() && answered >= minFeedback && psi > drift.getAsDouble()) {
      return Optional.of(
          String.format(
              Locale.ROOT,
              "the answers have drifted: PSI is %.4f over %d predictions, above %.4f",
              psi,
              answered,
              drift.getAsDouble()));
    }
    return Optional.empty();
  }
}
