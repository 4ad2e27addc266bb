package dev.millrace.server.tensorflow.recipe;

import dev.millrace.server.training.ParameterSpec;
import dev.millrace.server.training.TrainingSpec;
import java.util.List;
import java.util.Map;

/**
 * The parameters of a run of {@link MnistCnn}.
 *
 * @param steps batches to learn from
 * @param batchSize examples a batch
 * @param learningRate of Adam
 * @param dropout share of the dense layer's outputs left out in training
 * @param seed of the initial weights, the order of examples and dropout
 */
record MnistCnnParameters(long steps, int batchSize, float learningRate, float dropout, long seed) {
  static final List<ParameterSpec> SPECS =
      List.of(
          ParameterSpec.integer("steps", 1, 1_000_000, 1000, "batches to learn from"),
          ParameterSpec.integer("batch_size", 1, 10_000, 100, "examples a batch"),
          new ParameterSpec(
              "learning_rate",
              ParameterSpec.Kind.REAL,
              0,
              true,
              1,
              false,
              "0.001",
              "how far Adam moves the weights a step"),
          new ParameterSpec(
              "dropout",
              ParameterSpec.Kind.REAL,
              0,
              false,
              1,
              true,
              "0.4",
              "share of the dense layer's outputs left out in training"));

  /** From a spec whose parameters are complete and checked. */
  static MnistCnnParameters of(TrainingSpec spec, Map<String, String> values) {
    return new MnistCnnParameters(
        Long.parseLong(value(values, "steps")),
        Integer.parseInt(value(values, "batch_size")),
        Float.parseFloat(value(values, "learning_rate")),
        // A double just below 1 is rounded to 1, which would leave nothing to learn from.
        Math.min(Float.parseFloat(value(values, "dropout")), Math.nextDown(1f)),
        spec.seed());
  }

  private static String value(Map<String, String> values, String name) {
    String value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException("no parameter " + name);
    }
    return value;
  }
}
