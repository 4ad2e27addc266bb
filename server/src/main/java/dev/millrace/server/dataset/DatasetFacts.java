package dev.millrace.server.dataset;

import java.util.List;

/**
 * What there is to know of a dataset beside its examples.
 *
 * @param name what it is called
 * @param kind what its examples are
 * @param digest SHA-256 over the content of its files, in hexadecimal
 * @param train examples to learn from
 * @param validation examples to watch the learning with
 * @param test examples to measure finished models on
 * @param height rows of an image; 0 for texts
 * @param width columns of an image; 0 for texts
 * @param labels of texts, sorted; empty for images
 * @param slices columns of texts by which accuracy is told apart
 */
public record DatasetFacts(
    String name,
    DatasetKind kind,
    String digest,
    int train,
    int validation,
    int test,
    int height,
    int width,
    List<String> labels,
    List<String> slices) {
  /** Copies the lists. */
  public DatasetFacts {
    labels = List.copyOf(labels);
    slices = List.copyOf(slices);
  }

  /** Those of a dataset that has been read. */
  public static DatasetFacts of(LabelledDataset dataset) {
    if (dataset instanceof Dataset images) {
      return new DatasetFacts(
          images.name(),
          images.kind(),
          images.digest(),
          images.train().count(),
          images.validation().count(),
          images.test().count(),
          images.train().height(),
          images.train().width(),
          List.of(),
          List.of());
    }
    TextDataset texts = (TextDataset) dataset;
    return new DatasetFacts(
        texts.name(),
        texts.kind(),
        texts.digest(),
        texts.train().count(),
        texts.validation().count(),
        texts.test().count(),
        0,
        0,
        texts.classes(),
        List.copyOf(texts.train().columns().keySet()));
  }
}
