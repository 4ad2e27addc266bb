package dev.millrace.server.gateway.kserve;

import dev.millrace.proto.inference.ModelInferRequest;
import java.util.Map;

/**
 * The body of an inference.
 *
 * @param request as the service takes it
 * @param binary true when outputs are wanted as bytes unless they say something else
 * @param outputs what outputs that are asked for say
 */
record InferBody(ModelInferRequest request, boolean binary, Map<String, Boolean> outputs) {
  /** True when an output is wanted as bytes. */
  boolean isBinary(String output) {
    return outputs.getOrDefault(output, binary);
  }
}
