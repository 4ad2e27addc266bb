package dev.millrace.client;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One version of a model.
 *
 * @param model id of the model
 * @param version the version number
 * @param state where it is in its life
 * @param reason why it FAILED; empty otherwise
 * @param message the reason in words; empty otherwise
 * @param since when it came into this state
 * @param labels labels that point here
 * @param signatures what it can do, by name; empty before it is loaded
 * @param memoryBytes estimate of the memory it takes; 0 when it is not loaded
 * @param recipe the recipe that trained it; empty when unknown
 * @param trainingJob id of the job that trained it; empty when unknown
 * @param metrics figures measured before publishing, such as {@code test_accuracy} in 0..1
 * @param warmUp how it was warmed up and how its requests are run; empty before it is available
 * @param datasetDeleted when the dataset was deleted that it, or a version it was made from,
 *     learned from; empty while it is there
 */
public record VersionInfo(
    String model,
    long version,
    VersionState state,
    String reason,
    String message,
    Instant since,
    List<String> labels,
    Map<String, SignatureInfo> signatures,
    long memoryBytes,
    String recipe,
    String trainingJob,
    Map<String, Double> metrics,
    Optional<WarmUpInfo> warmUp,
    Optional<Instant> datasetDeleted) {
  /** Copies the collections. */
  public VersionInfo {
    labels = List.copyOf(labels);
    signatures = Map.copyOf(signatures);
    metrics = Map.copyOf(metrics);
  }

  /**
   * What a signature takes and gives.
   *
   * @param inputs specs of the inputs by name
   * @param outputs specs of the outputs by name
   */
  public record SignatureInfo(
      Map<String, TensorSpecInfo> inputs, Map<String, TensorSpecInfo> outputs) {
    /** Copies the maps. */
    public SignatureInfo {
      inputs = Map.copyOf(inputs);
      outputs = Map.copyOf(outputs);
    }
  }

  /**
   * What a tensor must look like.
   *
   * @param dtype its element type
   * @param shape size of each dimension, -1 where any goes
   * @param unknownRank true when the number of dimensions is left open
   */
  public record TensorSpecInfo(DataType dtype, List<Long> shape, boolean unknownRank) {
    /** Copies the list. */
    public TensorSpecInfo {
      shape = List.copyOf(shape);
    }
  }
}
