package dev.millrace.server.catalog;

import dev.millrace.server.tensor.TensorData;
import java.util.List;
import java.util.Map;

/**
 * A request that a version is warmed up with.
 *
 * @param signature name of the signature
 * @param inputs tensors by name
 * @param outputs names of the outputs to compute; empty for all
 */
public record WarmUpRequest(
    String signature, Map<String, TensorData> inputs, List<String> outputs) {
  /** Copies the collections. */
  public WarmUpRequest {
    inputs = Map.copyOf(inputs);
    outputs = List.copyOf(outputs);
  }
}
