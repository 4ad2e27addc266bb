package dev.millrace.server.model;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The graph's own names of a signature's tensors, such as {@code serving_default_x:0}, by the names
 * that callers use. They are no part of the {@link Signature}: nobody can tell them apart from
 * outside.
 *
 * @param inputs names of the inputs
 * @param outputs names of the outputs
 */
public record GraphNames(SortedMap<String, String> inputs, SortedMap<String, String> outputs) {
  /** Copies both maps. */
  public GraphNames {
    inputs = Collections.unmodifiableSortedMap(new TreeMap<>(inputs));
    outputs = Collections.unmodifiableSortedMap(new TreeMap<>(outputs));
  }
}
