package dev.millrace.server.evaluation.metrics;

import java.util.ArrayList;
import java.util.List;

/**
 * Which class was taken for which, in the orientation of scikit-learn's {@code confusion_matrix}.
 *
 * @param classes number of rows and of columns
 * @param counts examples of the row's class that were taken for the column's, row-major
 */
public record ConfusionMatrix(int classes, List<Long> counts) {
  /** Copies the list. */
  public ConfusionMatrix {
    counts = List.copyOf(counts);
    if (counts.size() != classes * classes) {
      throw new IllegalArgumentException(counts.size() + " counts are no square of " + classes);
    }
  }

  /** Counts predictions. */
  public static ConfusionMatrix of(Predictions predictions) {
    int classes = predictions.classes();
    long[] counts = new long[classes * classes];
    for (int i = 0; i < predictions.count(); i++) {
      counts[predictions.label(i) * classes + predictions.predicted(i)]++;
    }
    List<Long> boxed = new ArrayList<>(counts.length);
    for (long count : counts) {
      boxed.add(count);
    }
    return new ConfusionMatrix(classes, boxed);
  }

  /** Examples of one class that were taken for another, or for itself. */
  public long count(int label, int predicted) {
    return counts.get(label * classes + predicted);
  }

  /** Examples of a class. */
  public long ofClass(int label) {
    long sum = 0;
    for (int i = 0; i < classes; i++) {
      sum += count(label, i);
    }
    return sum;
  }

  /** Examples that were taken for a class. */
  public long takenFor(int predicted) {
    long sum = 0;
    for (int i = 0; i < classes; i++) {
      sum += count(i, predicted);
    }
    return sum;
  }
}
