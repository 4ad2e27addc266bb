package dev.millrace.server.tensorflow.recipe;

import dev.millrace.server.training.ParameterSpec;
import dev.millrace.server.training.RecipeDescription;
import dev.millrace.server.training.TrainingSpec;
import java.util.List;
import java.util.Map;

/**
 * The parameters of a run of {@link MnistCnn}.
 *
 * @param steps batches to learn from, unless there are epochs
 * @param epochs passes over the training examples; 0 for the number of steps
 * @param batchSize examples a batch
 * @param network form of the network
 * @param learningRate of Adam, at the first step
 * @param cosineDecay share of the learning rate that is gone at the last step
 * @param dropout share of the dense layer's outputs left out in training
 * @param labelSmoothing share of each label that is spread over all classes
 * @param weightAveraging decay of the weights' moving averages, which are exported; 0 for none
 * @param patience reports without a better validation accuracy that end the run; 0 for never
 * @param distortion of the training images
 * @param seed of the initial weights, the order of examples, dropout and distortions
 */
record MnistCnnParameters(
    long steps,
    long epochs,
    int batchSize,
    NetworkForm network,
    float learningRate,
    float cosineDecay,
    float dropout,
    float labelSmoothing,
    float weightAveraging,
    int patience,
    Distortion distortion,
    long seed) {
  private static final NetworkForm PLAIN = new NetworkForm(1, true);

  static final List<ParameterSpec> SPECS =
      List.of(
          ParameterSpec.integer(
              "steps", 1, 1_000_000, 1000, "batches to learn from, unless epochs are given"),
          ParameterSpec.integer(
              "epochs", 0, 1000, 0, "passes over the training images; 0 for the number of steps"),
          ParameterSpec.integer("batch_size", 1, 10_000, 100, "examples a batch"),
          ParameterSpec.integer(
                  "convolutions",
                  1,
                  2,
                  1,
                  "convolutions before each of the two max-pools: 1 of 5x5, or 2 of 3x3")
              .asAdvanced(),
          ParameterSpec.integer(
                  "padding",
                  0,
                  1,
                  1,
                  "1: convolutions pad images with zeros; 0: they have no output at the edges, which"
                      + " takes half of the time")
              .asAdvanced(),
          new ParameterSpec(
              "learning_rate",
              ParameterSpec.Kind.REAL,
              0,
              true,
              1,
              false,
              "0.001",
              "how far Adam moves the weights a step"),
          ParameterSpec.real(
                  "cosine_decay", 1, "share of the learning rate that is gone at the last step")
              .asAdvanced(),
          new ParameterSpec(
                  "dropout",
                  ParameterSpec.Kind.REAL,
                  0,
                  false,
                  1,
                  true,
                  "0.4",
                  "share of the dense layer's outputs left out in training")
              .asAdvanced(),
          ParameterSpec.real(
                  "label_smoothing", 0.5, "share of each label that is spread over all classes")
              .asAdvanced(),
          ParameterSpec.real(
                  "weight_averaging",
                  0.9999,
                  "decay of the weights' moving averages, which are exported; 0 for none")
              .asAdvanced(),
          ParameterSpec.real("rotation", 45, "most degrees that a training image is turned")
              .asAdvanced(),
          ParameterSpec.real("scale", 0.5, "most share by which a training image is scaled")
              .asAdvanced(),
          ParameterSpec.real("shift", 8, "most pixels that a training image is shifted")
              .asAdvanced(),
          ParameterSpec.real(
                  "elastic", 4, "most pixels that parts of a training image move on their own")
              .asAdvanced(),
          ParameterSpec.integer(
                  "patience",
                  0,
                  10_000,
                  0,
                  "reports without a better validation accuracy that end the run; 0 for never")
              .asAdvanced(),
          ParameterSpec.integer(
                  RecipeDescription.FROM_VERSION,
                  0,
                  Long.MAX_VALUE,
                  0,
                  "the version whose weights the run begins with; 0 for none")
              .asAdvanced());

  /** A plain run: no epochs, decay, smoothing, averages, distortion or early end. */
  MnistCnnParameters(long steps, int batchSize, float learningRate, float dropout, long seed) {
    this(steps, 0, batchSize, PLAIN, learningRate, 0, dropout, 0, 0, 0, Distortion.NONE, seed);
  }

  /** From a spec whose parameters are complete and checked. */
  static MnistCnnParameters of(TrainingSpec spec, Map<String, String> values) {
    return new MnistCnnParameters(
        Long.parseLong(value(values, "steps")),
        Long.parseLong(value(values, "epochs")),
        Integer.parseInt(value(values, "batch_size")),
        new NetworkForm(
            Integer.parseInt(value(values, "convolutions")),
            Integer.parseInt(value(values, "padding")) == 1),
        real(values, "learning_rate"),
        real(values, "cosine_decay"),
        // A double just below 1 is rounded to 1, which would leave nothing to learn from.
        Math.min(real(values, "dropout"), Math.nextDown(1f)),
        real(values, "label_smoothing"),
        real(values, "weight_averaging"),
        Integer.parseInt(value(values, "patience")),
        new Distortion(
            real(values, "rotation"),
            real(values, "scale"),
            real(values, "shift"),
            real(values, "elastic")),
        spec.seed());
  }

  /** Batches to learn from when there are so many training examples; at least one. */
  long totalSteps(int examples) {
    return epochs == 0 ? steps : Math.max(1, epochs * examples / batchSize);
  }

  private static float real(Map<String, String> values, String name) {
    return Float.parseFloat(value(values, name));
  }

  private static String value(Map<String, String> values, String name) {
    String value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException("no parameter " + name);
    }
    return value;
  }
}
