package dev.millrace.server.tensorflow.recipe;

import dev.millrace.server.training.ParameterSpec;
import dev.millrace.server.training.RecipeDescription;
import java.util.List;
import java.util.Map;

/**
 * The parameters of a run of {@link TextClassifier}.
 *
 * @param epochs passes over the training texts
 * @param batchSize texts a batch
 * @param learningRate of Adam, at the first step
 * @param cosineDecay share of the learning rate that is gone at the last step
 * @param dropout share of a text's features left out in training
 * @param words longest run of words that is looked at as one
 * @param buckets rows of the table that runs of words are hashed into
 * @param dimensions columns of the table
 * @param seed of the initial weights, the order of examples and dropout
 */
record TextParameters(
    long epochs,
    int batchSize,
    float learningRate,
    float cosineDecay,
    float dropout,
    int words,
    int buckets,
    int dimensions,
    long seed) {
  static final List<ParameterSpec> SPECS =
      List.of(
          ParameterSpec.integer("epochs", 1, 1000, 20, "passes over the training texts"),
          ParameterSpec.integer("batch_size", 1, 10_000, 32, "texts a batch"),
          new ParameterSpec(
              "learning_rate",
              ParameterSpec.Kind.REAL,
              0,
              true,
              1,
              false,
              "0.003",
              "how far Adam moves the weights a step"),
          new ParameterSpec(
                  "cosine_decay",
                  ParameterSpec.Kind.REAL,
                  0,
                  false,
                  1,
                  false,
                  "1",
                  "share of the learning rate that is gone at the last step")
              .asAdvanced(),
          new ParameterSpec(
                  "dropout",
                  ParameterSpec.Kind.REAL,
                  0,
                  false,
                  1,
                  true,
                  "0.5",
                  "share of a text's features left out in training")
              .asAdvanced(),
          ParameterSpec.integer(
                  "words",
                  1,
                  5,
                  2,
                  "longest run of words that is looked at as one, beside each word")
              .asAdvanced(),
          ParameterSpec.integer(
                  "buckets",
                  16,
                  1_000_000,
                  16_384,
                  "rows of the table that runs of words are hashed into")
              .asAdvanced(),
          ParameterSpec.integer("dimensions", 1, 1024, 32, "columns of the table").asAdvanced(),
          ParameterSpec.integer(
                  RecipeDescription.FROM_VERSION,
                  0,
                  Long.MAX_VALUE,
                  0,
                  "the version whose weights the run begins with; 0 for none")
              .asAdvanced());

  /** From values that are complete and checked. */
  static TextParameters of(Map<String, String> values, long seed) {
    return new TextParameters(
        Long.parseLong(values.get("epochs")),
        Integer.parseInt(values.get("batch_size")),
        Float.parseFloat(values.get("learning_rate")),
        Float.parseFloat(values.get("cosine_decay")),
        // A double just below 1 is rounded to 1, which would leave nothing to learn from.
        Math.min(Float.parseFloat(values.get("dropout")), Math.nextDown(1f)),
        Integer.parseInt(values.get("words")),
        Integer.parseInt(values.get("buckets")),
        Integer.parseInt(values.get("dimensions")),
        seed);
  }

  /** Batches to learn from when there are so many texts. */
  long totalSteps(int examples) {
    return Math.max(1, (epochs * examples + batchSize - 1) / batchSize);
  }
}
