package dev.millrace.client.cli;

import dev.millrace.client.MillraceClient;
import dev.millrace.client.RecipeInfo;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code millrace recipes}: lists the ways to train, and what each takes. */
@Command(
    name = "recipes",
    mixinStandardHelpOptions = true,
    description = "Lists the ways to train, and the parameters of each.")
final class RecipesCommand extends ClientCommand {
  @Override
  protected int ask(MillraceClient client) {
    List<RecipeInfo> recipes = client.recipes();
    if (isJson()) {
      out()
          .println(
              Json.object()
                  .with("recipes", recipes.stream().map(RecipesCommand::json).toList())
                  .line());
      return CommandLine.ExitCode.OK;
    }
    for (RecipeInfo recipe : recipes) {
      out()
          .printf(
              "%s: %s (%s; model %s, dataset %s)%n",
              recipe.name(),
              recipe.help(),
              String.join(", ", recipe.datasetKinds()),
              recipe.defaultModel(),
              recipe.defaultDataset());
      for (RecipeInfo.Parameter parameter : recipe.parameters()) {
        out()
            .printf(
                "  %-18s %-8s %-22s %s%n",
                parameter.name(), parameter.defaultValue(), parameter.range(), parameter.help());
      }
    }
    return CommandLine.ExitCode.OK;
  }

  private static Map<String, Object> json(RecipeInfo recipe) {
    return Json.object()
        .with("name", recipe.name())
        .with("help", recipe.help())
        .with("model", recipe.defaultModel())
        .with("dataset", recipe.defaultDataset())
        .with("kinds", recipe.datasetKinds())
        .with(
            "parameters",
            recipe.parameters().stream()
                .map(
                    each ->
                        Json.object()
                            .with("name", each.name())
                            .with("kind", each.kind())
                            .with("range", each.range())
                            .with("default", each.defaultValue())
                            .with("help", each.help())
                            .fields())
                .toList())
        .fields();
  }
}
