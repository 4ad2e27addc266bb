package dev.millrace.server.dataset;

import java.util.List;

/**
 * Labelled texts in three disjoint splits. Immutable.
 *
 * @param name what it is called
 * @param digest SHA-256 over the content of its files, in hexadecimal
 * @param classes the labels that there are, sorted; a class is the place of its label
 * @param train examples to learn from
 * @param validation examples to watch the learning with
 * @param test examples to measure the finished model on, once
 */
public record TextDataset(
    String name,
    String digest,
    List<String> classes,
    LabelledTexts train,
    LabelledTexts validation,
    LabelledTexts test)
    implements LabelledDataset {
  /** Copies the list. */
  public TextDataset {
    classes = List.copyOf(classes);
  }

  @Override
  public DatasetKind kind() {
    return DatasetKind.TEXTS;
  }
}
