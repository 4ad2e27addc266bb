package dev.millrace.server.inference.shadow;

import dev.millrace.server.model.ShadowSettings;
import dev.millrace.server.tensor.TensorData;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The latest requests on which a shadow's answer differed, in memory of their own, as many as the
 * model's settings ask for and at most 8 MiB. Not thread-safe.
 */
final class Disagreements {
  private static final long MOST_BYTES = 8L << 20;

  private final Deque<Disagreement> newestFirst = new ArrayDeque<>();
  private long bytes;

  /** Keeps one if the settings ask for it; the oldest make room. */
  void add(Disagreement seen, ShadowSettings settings) {
    Map<String, TensorData> inputs = settings.keepInputs() ? seen.inputs() : Map.of();
    long added =
        Disagreement.bytes(inputs)
            + Disagreement.bytes(seen.primaryOutputs())
            + Disagreement.bytes(seen.shadowOutputs());
    if (settings.keepDisagreements() == 0 || added > MOST_BYTES) {
      return;
    }
    while (newestFirst.size() >= settings.keepDisagreements() || bytes + added > MOST_BYTES) {
      bytes -= newestFirst.removeLast().bytes();
    }
    bytes += added;
    newestFirst.addFirst(
        new Disagreement(
            seen.time(),
            seen.model(),
            seen.signature(),
            seen.primaryVersion(),
            seen.shadowVersion(),
            copies(inputs),
            copies(seen.primaryOutputs()),
            copies(seen.shadowOutputs())));
  }

  List<Disagreement> newestFirst() {
    return List.copyOf(newestFirst);
  }

  private static Map<String, TensorData> copies(Map<String, TensorData> tensors) {
    Map<String, TensorData> copies = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> copies.put(name, tensor.copied()));
    return copies;
  }
}
