package dev.millrace.client;

import java.util.List;

/**
 * A dataset that a server can train and measure on.
 *
 * @param name its name
 * @param kind {@code IMAGES} or {@code TEXTS}
 * @param digest SHA-256 over its content; empty in a list, where all that follows is 0 or empty too
 * @param trainExamples examples to learn from
 * @param validationExamples examples to watch the learning with
 * @param testExamples examples to measure finished models on
 * @param labels labels of texts; empty for images
 * @param slices columns of texts by which accuracy is told apart
 */
public record DatasetInfo(
    String name,
    String kind,
    String digest,
    long trainExamples,
    long validationExamples,
    long testExamples,
    List<String> labels,
    List<String> slices) {
  /** Copies the lists. */
  public DatasetInfo {
    labels = List.copyOf(labels);
    slices = List.copyOf(slices);
  }
}
