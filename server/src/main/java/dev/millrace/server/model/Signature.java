package dev.millrace.server.model;

import dev.millrace.server.tensor.TensorSpec;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What one entry point of a model takes and gives.
 *
 * @param inputs specs of the inputs by name; all are required
 * @param outputs specs of the outputs by name
 */
public record Signature(
    SortedMap<String, TensorSpec> inputs, SortedMap<String, TensorSpec> outputs) {
  /** The signature that is run when a caller names none. */
  public static final String DEFAULT_NAME = "serving_default";

  /** Copies both maps. */
  public Signature {
    inputs = Collections.unmodifiableSortedMap(new TreeMap<>(inputs));
    outputs = Collections.unmodifiableSortedMap(new TreeMap<>(outputs));
  }
}
