package dev.millrace.server.dataset;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Texts with their classes, in memory. Immutable.
 *
 * @param texts one an example
 * @param labels the class of each, from 0
 * @param columns further columns by name, a value an example, by which accuracy is told apart
 */
public record LabelledTexts(
    List<String> texts, List<Integer> labels, Map<String, List<String>> columns) {
  /**
   * Copies the collections.
   *
   * @throws IllegalArgumentException if they are not of one length
   */
  public LabelledTexts {
    texts = List.copyOf(texts);
    labels = List.copyOf(labels);
    columns = Collections.unmodifiableMap(new TreeMap<>(columns));
    int count = texts.size();
    if (labels.size() != count || columns.values().stream().anyMatch(c -> c.size() != count)) {
      throw new IllegalArgumentException("the columns differ in length");
    }
  }

  /** Number of examples. */
  public int count() {
    return texts.size();
  }

  /** The text of one example. */
  public String text(int index) {
    return texts.get(index);
  }

  /** The class of one example. */
  public int label(int index) {
    return labels.get(index);
  }
}
