package dev.millrace.client;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * What goes with an upload. Everything may be left out; see {@link #none}.
 *
 * @param parent the version of the same model that it was made from
 * @param parameters what is worth knowing, such as parameters of the training, by name
 * @param metrics figures that were measured, such as {@code test_accuracy} in 0..1, by name
 * @param reason why, for the history; at most 1,000 characters
 * @param onProgress hears of each piece that was sent, on the calling thread
 */
public record ImportOptions(
    OptionalLong parent,
    Map<String, String> parameters,
    Map<String, Double> metrics,
    String reason,
    Consumer<ImportProgress> onProgress) {
  /** Copies the maps. */
  public ImportOptions {
    parameters = Map.copyOf(parameters);
    metrics = Map.copyOf(metrics);
  }

  /** Nothing but the files. */
  public static ImportOptions none() {
    return new ImportOptions(OptionalLong.empty(), Map.of(), Map.of(), "", progress -> {});
  }

  /** The same, made from a version. */
  public ImportOptions withParent(long version) {
    return new ImportOptions(OptionalLong.of(version), parameters, metrics, reason, onProgress);
  }

  /** The same with one parameter more. */
  public ImportOptions withParameter(String name, Object value) {
    Map<String, String> more = new HashMap<>(parameters);
    more.put(name, String.valueOf(value));
    return new ImportOptions(parent, more, metrics, reason, onProgress);
  }

  /** The same with one figure more. */
  public ImportOptions withMetric(String name, double value) {
    Map<String, Double> more = new HashMap<>(metrics);
    more.put(name, value);
    return new ImportOptions(parent, parameters, more, reason, onProgress);
  }

  /** The same with another reason. */
  public ImportOptions withReason(String other) {
    return new ImportOptions(parent, parameters, metrics, other, onProgress);
  }

  /** The same with another listener. */
  public ImportOptions withProgress(Consumer<ImportProgress> listener) {
    return new ImportOptions(parent, parameters, metrics, reason, listener);
  }
}
