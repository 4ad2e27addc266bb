package dev.millrace.server.tensorflow.record;

import dev.millrace.server.catalog.WarmUpRequest;
import dev.millrace.server.tensor.TensorData;
import java.util.Map;

/**
 * A request and the answer that it must get.
 *
 * @param request what is asked
 * @param outputs the answer, by output
 */
public record AnsweredRequest(WarmUpRequest request, Map<String, TensorData> outputs) {
  /** Copies the map. */
  public AnsweredRequest {
    outputs = Map.copyOf(outputs);
  }
}
