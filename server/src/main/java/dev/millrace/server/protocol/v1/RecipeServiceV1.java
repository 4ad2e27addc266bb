package dev.millrace.server.protocol.v1;

import dev.millrace.server.dataset.DatasetKind;
import dev.millrace.server.protocol.Answers;
import dev.millrace.server.protocol.StatusMapper;
import dev.millrace.server.training.ParameterSpec;
import dev.millrace.server.training.RecipeDescription;
import dev.millrace.v1.ListRecipesRequest;
import dev.millrace.v1.ListRecipesResponse;
import dev.millrace.v1.ParameterKind;
import dev.millrace.v1.Recipe;
import dev.millrace.v1.RecipeParameter;
import dev.millrace.v1.RecipeServiceGrpc;
import io.grpc.stub.StreamObserver;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** The native wire of recipes. Thread-safe. */
public final class RecipeServiceV1 extends RecipeServiceGrpc.RecipeServiceImplBase {
  private final List<RecipeDescription> recipes;
  private final StatusMapper statuses;

  /** A service over recipes. */
  public RecipeServiceV1(Collection<RecipeDescription> recipes, StatusMapper statuses) {
    this.recipes = recipes.stream().sorted(Comparator.comparing(RecipeDescription::name)).toList();
    this.statuses = statuses;
  }

  @Override
  public void listRecipes(
      ListRecipesRequest request, StreamObserver<ListRecipesResponse> observer) {
    Answers.send(
        observer,
        () ->
            ListRecipesResponse.newBuilder()
                .addAllRecipes(recipes.stream().map(RecipeServiceV1::encode).toList())
                .build(),
        statuses::toStatus);
  }

  private static Recipe encode(RecipeDescription recipe) {
    return Recipe.newBuilder()
        .setName(recipe.name())
        .setHelp(recipe.help())
        .setDefaultModel(recipe.defaultModel().resource())
        .setDefaultDataset(recipe.defaultDataset())
        .addAllDatasetKinds(
            recipe.datasetKinds().stream()
                .sorted(Comparator.comparing(DatasetKind::ordinal))
                .map(DatasetCodec::encode)
                .toList())
        .addAllParameters(recipe.parameters().stream().map(RecipeServiceV1::encode).toList())
        .build();
  }

  private static RecipeParameter encode(ParameterSpec parameter) {
    return RecipeParameter.newBuilder()
        .setName(parameter.name())
        .setHelp(parameter.help())
        .setKind(ParameterKind.valueOf("PARAMETER_KIND_" + parameter.kind().name()))
        .setDefaultValue(parameter.defaultValue())
        .setMinimum(parameter.minimum())
        .setMinimumExclusive(parameter.minimumExclusive())
        .setMaximum(parameter.maximum())
        .setMaximumExclusive(parameter.maximumExclusive())
        .addAllChoices(parameter.choices())
        .setAdvanced(parameter.advanced())
        .build();
  }
}
