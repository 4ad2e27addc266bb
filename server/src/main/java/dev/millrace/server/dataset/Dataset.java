package dev.millrace.server.dataset;

/**
 * Labelled images in three disjoint splits. Immutable.
 *
 * @param name what it is called
 * @param digest SHA-256 over the content of its files, in hexadecimal
 * @param train examples to learn from
 * @param validation examples to watch the learning with
 * @param test examples to measure the finished model on, once
 */
public record Dataset(
    String name,
    String digest,
    LabelledImages train,
    LabelledImages validation,
    LabelledImages test)
    implements LabelledDataset {
  @Override
  public DatasetKind kind() {
    return DatasetKind.IMAGES;
  }
}
