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
 * @param method what it is meant for, such as {@code tensorflow/serving/classify}; empty when the
 *     model does not say
 */
public record Signature(
    SortedMap<String, TensorSpec> inputs, SortedMap<String, TensorSpec> outputs, String method) {
  /** The signature that is run when a caller names none. */
  public static final String DEFAULT_NAME = "serving_default";

  /** Method of a signature from any inputs to any outputs. */
  public static final String PREDICT = "tensorflow/serving/predict";

  /** A signature from any inputs to any outputs. */
  public Signature(SortedMap<String, TensorSpec> inputs, SortedMap<String, TensorSpec> outputs) {
    this(inputs, outputs, PREDICT);
  }

  /** Copies both maps. */
  public Signature {
    inputs = Collections.unmodifiableSortedMap(new TreeMap<>(inputs));
    outputs = Collections.unmodifiableSortedMap(new TreeMap<>(outputs));
  }
}
