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
 * @param inputDrift trains when the index of any figure of the inputs is above this; empty to pay
 *     no regard to it
 * @param coolDown least time between two starts
 */
public record RetrainRule(
    int minFeedback,
    OptionalDouble accuracy,
    OptionalDouble drift,
    OptionalDouble inputDrift,
    Duration coolDown) {
  /** True when there is anything that the rule pays regard to. */
  public boolean isRule() {
    return accuracy.isPresent() || drift.isPresent() || inputDrift.isPresent();
  }

  /** Why the model shall be trained anew; empty when it shall not. */
  public Optional<String> reason(VersionFeedback known) {
    Share told = known.told();
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
    if (drift.isPresent()
        && known.answered() >= minFeedback
        && known.classPsi() > drift.getAsDouble()) {
      return Optional.of(
          String.format(
              Locale.ROOT,
              "the answers have drifted: PSI is %.4f over %d predictions, above %.4f",
              known.classPsi(),
              known.answered(),
              drift.getAsDouble()));
    }
    return inputDrift.isPresent() && known.inputs().examples() >= minFeedback
        ? known
            .inputs()
            .largest()
            .filter(feature -> feature.psi() > inputDrift.getAsDouble())
            .map(feature -> told(feature, known.inputs().examples()))
        : Optional.empty();
  }

  private String told(FeatureDrift feature, long examples) {
    return String.format(
        Locale.ROOT,
        "the inputs have drifted: PSI of '%s' is %.4f over %d examples, above %.4f",
        feature.feature(),
        feature.psi(),
        examples,
        inputDrift.getAsDouble());
  }
}
