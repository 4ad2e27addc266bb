package dev.millrace.server.training;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a finished run tells of the model it exported.
 *
 * @param metrics figures by name, such as {@code test_accuracy} in 0..1
 * @param datasetDigest SHA-256 of the dataset it learned from, in hexadecimal
 */
public record TrainedModel(SortedMap<String, Double> metrics, String datasetDigest) {
  /** Copies the map. */
  public TrainedModel {
    metrics = Collections.unmodifiableSortedMap(new TreeMap<>(metrics));
  }

  /** From any map. */
  public static TrainedModel of(Map<String, Double> metrics, String datasetDigest) {
    return new TrainedModel(new TreeMap<>(metrics), datasetDigest);
  }
}
