package dev.millrace.client;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What to train. Everything may be left out; {@link #defaults} trains {@code mnist-cnn} on MNIST.
 *
 * @param model id of the model to publish under; empty for the recipe's own
 * @param recipe the recipe; empty for {@code mnist-cnn}
 * @param parameters the recipe's parameters by name, as text; those left out take their defaults
 * @param seed the same seed gives the same batches; empty for the server's default
 * @param dataset name of the dataset; empty for the recipe's own
 */
public record TrainingRequest(
    String model,
    String recipe,
    Map<String, String> parameters,
    OptionalLong seed,
    String dataset) {
  /** Copies the map. */
  public TrainingRequest {
    parameters = Map.copyOf(parameters);
  }

  /** Everything as the server has it by default. */
  public static TrainingRequest defaults() {
    return new TrainingRequest("", "", Map.of(), OptionalLong.empty(), "");
  }

  /** The same for another model. */
  public TrainingRequest withModel(String other) {
    return new TrainingRequest(other, recipe, parameters, seed, dataset);
  }

  /** The same with another recipe. */
  public TrainingRequest withRecipe(String other) {
    return new TrainingRequest(model, other, parameters, seed, dataset);
  }

  /** The same with one parameter set. */
  public TrainingRequest withParameter(String name, Object value) {
    Map<String, String> changed = new HashMap<>(parameters);
    changed.put(name, String.valueOf(value));
    return new TrainingRequest(model, recipe, changed, seed, dataset);
  }

  /** The same with another seed. */
  public TrainingRequest withSeed(long other) {
    return new TrainingRequest(model, recipe, parameters, OptionalLong.of(other), dataset);
  }

  /** The same on another dataset. */
  public TrainingRequest withDataset(String other) {
    return new TrainingRequest(model, recipe, parameters, seed, other);
  }
}
