package dev.millrace.server.training;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import java.util.Map;
import java.util.function.Predicate;

/**
 * What may be trained, and how much at a time.
 *
 * @param recipes the recipes there are, by name
 * @param datasets tells which datasets there are
 * @param versions tells which versions there are to go on from
 * @param mostRunning jobs that run at the same time, at least 1
 * @param mostWaiting jobs that may wait, at least 0
 * @param retries what is done when a try ends before its time
 * @param retention how many ended jobs are kept
 */
public record TrainingRules(
    Map<String, RecipeDescription> recipes,
    Predicate<String> datasets,
    Predicate<VersionId> versions,
    int mostRunning,
    int mostWaiting,
    RetryPolicy retries,
    Retention retention) {
  /**
   * Copies the map.
   *
   * @throws IllegalArgumentException if a number is out of range
   */
  public TrainingRules {
    if (mostRunning < 1 || mostWaiting < 0) {
      throw new IllegalArgumentException(
          "at least 1 job runs and at least 0 wait, not " + mostRunning + " and " + mostWaiting);
    }
    recipes = Map.copyOf(recipes);
  }

  /** Rules where there is no version to go on from. */
  public TrainingRules(
      Map<String, RecipeDescription> recipes,
      Predicate<String> datasets,
      int mostRunning,
      int mostWaiting,
      RetryPolicy retries,
      Retention retention) {
    this(recipes, datasets, version -> false, mostRunning, mostWaiting, retries, retention);
  }

  /** An order with every default filled in, or the refusal of it. */
  TrainingSpec resolve(TrainingOrder order) {
    TrainingSpec spec = order.resolve(recipes, datasets);
    spec.parent()
        .filter(parent -> !versions.test(parent))
        .ifPresent(
            parent -> {
              throw new ServingException(
                  ErrorReason.VERSION_NOT_FOUND,
                  "there is no "
                      + parent
                      + " to go on from; name one that there is as "
                      + RecipeDescription.FROM_VERSION,
                  Map.of("model", parent.model().id(), "version", Long.toString(parent.number())));
            });
    return spec;
  }
}
