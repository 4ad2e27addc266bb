package dev.millrace.server.evaluation.metrics;

import java.util.Objects;

/**
 * What a model said of examples whose classes are known: for each a probability of each class. To
 * be filled by one thread; not changed after.
 */
public final class Predictions {
  private final int classes;
  private final int[] labels;
  private final float[] probabilities;
  private int count;

  /**
   * No predictions yet.
   *
   * @param classes how many classes there are, at least 1
   * @param capacity most examples that will be added
   */
  public Predictions(int classes, int capacity) {
    this.classes = classes;
    this.labels = new int[capacity];
    this.probabilities = new float[Math.multiplyExact(classes, capacity)];
  }

  /**
   * Adds an example.
   *
   * @param label its class, 0 to below {@link #classes()}
   * @param source its probabilities, {@link #classes()} of them from {@code offset} on
   */
  public void add(int label, float[] source, int offset) {
    labels[count] = Objects.checkIndex(label, classes);
    System.arraycopy(source, offset, probabilities, count * classes, classes);
    count++;
  }

  /** Number of classes. */
  public int classes() {
    return classes;
  }

  /** Number of examples. */
  public int count() {
    return count;
  }

  /** The class that an example is of. */
  public int label(int index) {
    return labels[Objects.checkIndex(index, count)];
  }

  /** The probability of a class for an example. */
  public float probability(int index, int ofClass) {
    return probabilities[Objects.checkIndex(index, count) * classes + ofClass];
  }

  /** The class with the highest probability; the first of several. */
  public int predicted(int index) {
    int best = 0;
    for (int i = 1; i < classes; i++) {
      if (probability(index, i) > probability(index, best)) {
        best = i;
      }
    }
    return best;
  }

  /** True when the class with the highest probability is the right one. */
  public boolean isRight(int index) {
    return predicted(index) == label(index);
  }

  /** How many are right. */
  public Share accuracy() {
    long right = 0;
    for (int i = 0; i < count; i++) {
      right += isRight(i) ? 1 : 0;
    }
    return new Share(right, count);
  }
}
