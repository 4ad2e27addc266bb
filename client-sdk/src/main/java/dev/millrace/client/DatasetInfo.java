package dev.millrace.client;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

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
 * @param owner who answers for it; empty where nobody was named
 * @param purpose what it may be used for; empty where nothing was said
 * @param expires when it is deleted; empty for never
 */
public record DatasetInfo(
    String name,
    String kind,
    String digest,
    long trainExamples,
    long validationExamples,
    long testExamples,
    List<String> labels,
    List<String> slices,
    String owner,
    String purpose,
    Optional<Instant> expires) {
  /** Copies the lists. */
  public DatasetInfo {
    labels = List.copyOf(labels);
    slices = List.copyOf(slices);
  }
}
