package dev.millrace.client;

import java.util.Map;

/**
 * A model's answer.
 *
 * @param model id of the model
 * @param version the version that answered
 * @param signature the signature that ran
 * @param outputs tensors by name
 */
public record Prediction(
    String model, long version, String signature, Map<String, Tensor> outputs) {
  /** Copies the map. */
  public Prediction {
    outputs = Map.copyOf(outputs);
  }

  /**
   * One output.
   *
   * @throws IllegalArgumentException if the signature gives none of this name
   */
  public Tensor output(String name) {
    Tensor tensor = outputs.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException("no output '" + name + "' among " + outputs.keySet());
    }
    return tensor;
  }
}
