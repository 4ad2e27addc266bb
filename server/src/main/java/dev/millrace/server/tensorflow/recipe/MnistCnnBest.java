package dev.millrace.server.tensorflow.recipe;

import dev.millrace.server.training.RecipeDescription;
import dev.millrace.server.training.TrainedModel;
import java.util.Map;

/**
 * The recipe {@code mnist-cnn-best}: {@link MnistCnn} with the defaults that read the validation
 * split best, of those that docs/training.md lists. Safe for use by many threads.
 */
public final class MnistCnnBest implements Recipe {
  /** What differs from the defaults of {@code mnist-cnn}. */
  static final Map<String, String> DEFAULTS =
      Map.of(
          "convolutions", "2",
          "padding", "0",
          "epochs", "15",
          "cosine_decay", "1",
          "rotation", "12",
          "scale", "0.1",
          "shift", "2",
          "elastic", "0.5",
          "weight_averaging", "0.999");

  private final MnistCnn recipe = new MnistCnn();
  private final RecipeDescription description =
      recipe
          .description()
          .withDefaults(
              "mnist-cnn-best",
              "mnist-cnn with more convolutions, distorted images and averaged weights: more"
                  + " accurate, longer",
              DEFAULTS);

  @Override
  public RecipeDescription description() {
    return description;
  }

  @Override
  public TrainedModel train(RunInputs inputs, RunOutputs outputs) {
    return recipe.train(inputs, outputs);
  }
}
