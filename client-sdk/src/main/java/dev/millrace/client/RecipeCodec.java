package dev.millrace.client;

import dev.millrace.v1.ListRecipesResponse;
import dev.millrace.v1.Recipe;
import dev.millrace.v1.RecipeParameter;
import java.util.List;

/** Recipes from messages. Stateless. */
final class RecipeCodec {
  private RecipeCodec() {}

  static List<RecipeInfo> decode(ListRecipesResponse response) {
    return response.getRecipesList().stream().map(RecipeCodec::decode).toList();
  }

  private static RecipeInfo decode(Recipe recipe) {
    return new RecipeInfo(
        recipe.getName(),
        recipe.getHelp(),
        recipe.getDefaultModel().substring(recipe.getDefaultModel().indexOf('/') + 1),
        recipe.getDefaultDataset(),
        recipe.getDatasetKindsList().stream()
            .map(kind -> kind.name().replace("DATASET_KIND_", ""))
            .toList(),
        recipe.getParametersList().stream().map(RecipeCodec::decode).toList());
  }

  private static RecipeInfo.Parameter decode(RecipeParameter parameter) {
    return new RecipeInfo.Parameter(
        parameter.getName(),
        parameter.getHelp(),
        parameter.getKind().name().replace("PARAMETER_KIND_", ""),
        range(parameter),
        parameter.getDefaultValue());
  }

  private static String range(RecipeParameter parameter) {
    return switch (parameter.getKind()) {
      case PARAMETER_KIND_CHOICE -> String.join(", ", parameter.getChoicesList());
      case PARAMETER_KIND_TEXT -> "up to " + plain(parameter.getMaximum()) + " characters";
      default ->
          (parameter.getMinimumExclusive() ? "above " : "")
              + plain(parameter.getMinimum())
              + (parameter.getMaximumExclusive() ? " to below " : " to ")
              + plain(parameter.getMaximum());
    };
  }

  private static String plain(double number) {
    if (number >= Long.MAX_VALUE) {
      return "any";
    }
    return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
  }
}
