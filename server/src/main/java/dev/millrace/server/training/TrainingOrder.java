package dev.millrace.server.training;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.FieldViolation;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;

/**
 * What a caller wants trained, with much left out.
 *
 * @param model the model to publish under; empty for the recipe's own
 * @param recipe the recipe's name; empty for {@code mnist-cnn}
 * @param parameters the parameters given
 * @param seed empty for {@link TrainingSpec#DEFAULT_SEED}
 * @param dataset the dataset's name; empty for the recipe's own
 * @param priority higher runs first; 0 is usual
 */
public record TrainingOrder(
    Optional<ModelName> model,
    String recipe,
    Map<String, String> parameters,
    OptionalLong seed,
    String dataset,
    int priority) {
  private static final String DEFAULT_RECIPE = "mnist-cnn";

  /** Copies the map. */
  public TrainingOrder {
    parameters = Map.copyOf(parameters);
  }

  /** An order of the usual priority. */
  public TrainingOrder(
      Optional<ModelName> model,
      String recipe,
      Map<String, String> parameters,
      OptionalLong seed,
      String dataset) {
    this(model, recipe, parameters, seed, dataset, 0);
  }

  /** An order for a recipe as it is. */
  public static TrainingOrder ofRecipe(String recipe) {
    return new TrainingOrder(Optional.empty(), recipe, Map.of(), OptionalLong.empty(), "");
  }

  /**
   * The order with every default filled in.
   *
   * @param recipes the recipes there are, by name
   * @param datasets tells which datasets there are
   * @throws ServingException RECIPE_NOT_FOUND, DATASET_NOT_FOUND or PARAMETER_INVALID
   */
  TrainingSpec resolve(Map<String, RecipeDescription> recipes, Predicate<String> datasets) {
    RecipeDescription description = recipes.get(recipe.isEmpty() ? DEFAULT_RECIPE : recipe);
    if (description == null) {
      throw new ServingException(
          ErrorReason.RECIPE_NOT_FOUND,
          "no such recipe; there is "
              + String.join(", ", recipes.keySet().stream().sorted().toList()),
          named("recipe", recipe));
    }
    String learned = dataset.isEmpty() ? description.defaultDataset() : dataset;
    if (!datasets.test(learned)) {
      throw new ServingException(
          ErrorReason.DATASET_NOT_FOUND,
          "no such dataset; there is 'mnist', and every sub-folder of the server's datasets folder",
          named("dataset", learned));
    }
    return new TrainingSpec(
        model.orElse(description.defaultModel()),
        description.name(),
        description.resolve(parameters),
        seed.orElse(TrainingSpec.DEFAULT_SEED),
        learned,
        checkedPriority());
  }

  private int checkedPriority() {
    if (priority < TrainingSpec.LEAST_PRIORITY || priority > TrainingSpec.HIGHEST_PRIORITY) {
      throw ServingException.ofViolations(
          List.of(
              new FieldViolation(
                  "spec.priority",
                  ErrorReason.PARAMETER_INVALID,
                  "give a priority from "
                      + TrainingSpec.LEAST_PRIORITY
                      + " to "
                      + TrainingSpec.HIGHEST_PRIORITY)));
    }
    return priority;
  }

  /** Names go back to the caller only in the form of names. */
  private static Map<String, String> named(String key, String name) {
    return ModelName.isValid(name) ? Map.of(key, name) : Map.of();
  }
}
