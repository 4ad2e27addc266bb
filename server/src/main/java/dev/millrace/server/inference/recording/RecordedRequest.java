package dev.millrace.server.inference.recording;

import dev.millrace.server.model.VersionId;
import dev.millrace.server.tensor.TensorData;
import java.util.List;
import java.util.Map;

/**
 * A request to be recorded, with its answer. Shares the memory of both.
 *
 * @param version who answered
 * @param signature the signature that ran
 * @param inputs what was asked, without what is left out
 * @param wanted names of the outputs that were asked for; empty for all
 * @param outputs what was answered, without what is left out; empty where answers are not recorded
 * @param sample share of the requests that were recorded
 */
public record RecordedRequest(
    VersionId version,
    String signature,
    Map<String, TensorData> inputs,
    List<String> wanted,
    Map<String, TensorData> outputs,
    double sample) {
  /** Copies the collections, not what they hold. */
  public RecordedRequest {
    inputs = Map.copyOf(inputs);
    wanted = List.copyOf(wanted);
    outputs = Map.copyOf(outputs);
  }

  /** Bytes of its tensors. */
  public long bytes() {
    return bytes(inputs) + bytes(outputs);
  }

  private static long bytes(Map<String, TensorData> tensors) {
    return tensors.values().stream().mapToLong(TensorData::byteCount).sum();
  }
}
