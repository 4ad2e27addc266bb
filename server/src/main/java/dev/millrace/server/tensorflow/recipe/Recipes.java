package dev.millrace.server.tensorflow.recipe;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.training.RecipeDescription;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The recipes on the class path, found as services. Immutable. */
public final class Recipes {
  private final Map<String, Recipe> byName = new TreeMap<>();

  private Recipes() {
    ServiceLoader.load(Recipe.class)
        .forEach(recipe -> byName.put(recipe.description().name(), recipe));
  }

  /** Finds them all. */
  public static Recipes onClassPath() {
    return new Recipes();
  }

  /** What each is called and takes. */
  public Map<String, RecipeDescription> descriptions() {
    return byName.entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().description()));
  }

  /**
   * One recipe.
   *
   * @throws ServingException RECIPE_NOT_FOUND
   */
  public Recipe get(String name) {
    Recipe recipe = byName.get(name);
    if (recipe == null) {
      throw new ServingException(
          ErrorReason.RECIPE_NOT_FOUND, "no such recipe; there is " + byName.keySet());
    }
    return recipe;
  }
}
