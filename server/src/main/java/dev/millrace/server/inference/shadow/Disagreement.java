package dev.millrace.server.inference.shadow;

import dev.millrace.server.model.ModelName;
import dev.millrace.server.tensor.TensorData;
import java.time.Instant;
import java.util.Map;

/**
 * A request on which a shadow's answer differed.
 *
 * @param time when
 * @param model the model
 * @param signature the signature that ran
 * @param primaryVersion the version whose answer the caller got
 * @param shadowVersion the version that got the copy
 * @param inputs what was asked, by name; empty when that is not kept
 * @param primaryOutputs what the caller got, by name
 * @param shadowOutputs what the shadow said, by name
 */
public record Disagreement(
    Instant time,
    ModelName model,
    String signature,
    long primaryVersion,
    long shadowVersion,
    Map<String, TensorData> inputs,
    Map<String, TensorData> primaryOutputs,
    Map<String, TensorData> shadowOutputs) {
  private static final long BYTES_OF_STRING = 64;

  /** Bytes of all its tensors. */
  long bytes() {
    return bytes(inputs) + bytes(primaryOutputs) + bytes(shadowOutputs);
  }

  /** Bytes on the heap, nearly. */
  static long bytes(Map<String, TensorData> tensors) {
    long bytes = 0;
    for (TensorData tensor : tensors.values()) {
      bytes += tensor.byteCount() + BYTES_OF_STRING * tensor.strings().size();
    }
    return bytes;
  }
}
