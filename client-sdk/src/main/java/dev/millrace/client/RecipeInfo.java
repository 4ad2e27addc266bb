package dev.millrace.client;

import java.util.List;

/**
 * A way in which a server can train.
 *
 * @param name such as {@code mnist-cnn}
 * @param help one line
 * @param defaultModel the model that it trains when none is named
 * @param defaultDataset the dataset that it learns from when none is named
 * @param datasetKinds {@code IMAGES}, {@code TEXTS} or both
 * @param parameters what it takes
 */
public record RecipeInfo(
    String name,
    String help,
    String defaultModel,
    String defaultDataset,
    List<String> datasetKinds,
    List<Parameter> parameters) {
  /** Copies the lists. */
  public RecipeInfo {
    datasetKinds = List.copyOf(datasetKinds);
    parameters = List.copyOf(parameters);
  }

  /**
   * A parameter.
   *
   * @param name such as {@code learning_rate}
   * @param help one line
   * @param kind {@code INTEGER}, {@code REAL}, {@code TEXT} or {@code CHOICE}
   * @param range the values allowed, in words
   * @param defaultValue the value when none is given
   */
  public record Parameter(
      String name, String help, String kind, String range, String defaultValue) {}
}
