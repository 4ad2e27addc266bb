package dev.millrace.server.catalog;

import dev.millrace.server.model.Signature;
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

  /** True when the signature takes exactly these inputs, and has these outputs. */
  public boolean fits(Signature taker) {
    return taker.inputs().keySet().equals(inputs.keySet())
        && taker.outputs().keySet().containsAll(outputs)
        && taker.inputs().entrySet().stream()
            .allMatch(
                input -> {
                  TensorData given = inputs.get(input.getKey());
                  return given != null
                      && given.dtype() == input.getValue().dtype()
                      && input.getValue().shape().accepts(given.shape());
                });
  }
}
