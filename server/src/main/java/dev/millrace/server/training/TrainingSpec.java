package dev.millrace.server.training;

import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.VersionId;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What to train, with every default filled in.
 *
 * @param model the model that the new version is published under
 * @param recipe the recipe's name
 * @param parameters every parameter of the recipe, by name
 * @param seed of the initial weights, the order of examples and dropout
 * @param dataset name of the dataset
 * @param priority of jobs that wait, those of the highest run first; {@link #LEAST_PRIORITY} to
 *     {@link #HIGHEST_PRIORITY}
 */
public record TrainingSpec(
    ModelName model,
    String recipe,
    SortedMap<String, String> parameters,
    long seed,
    String dataset,
    int priority) {
  /** The seed when none is given. */
  public static final long DEFAULT_SEED = 42;

  /** The lowest priority; the default is 0. */
  public static final int LEAST_PRIORITY = -100;

  /** The highest priority. */
  public static final int HIGHEST_PRIORITY = 100;

  /** Copies the map. */
  public TrainingSpec {
    parameters = Collections.unmodifiableSortedMap(new TreeMap<>(parameters));
  }

  /** The version that the run goes on from; empty for one that begins anew. */
  public Optional<VersionId> parent() {
    long number = Long.parseLong(parameters.getOrDefault(RecipeDescription.FROM_VERSION, "0"));
    return number == 0 ? Optional.empty() : Optional.of(new VersionId(model, number));
  }

  /** A spec of the usual priority. */
  public TrainingSpec(
      ModelName model,
      String recipe,
      SortedMap<String, String> parameters,
      long seed,
      String dataset) {
    this(model, recipe, parameters, seed, dataset, 0);
  }
}
