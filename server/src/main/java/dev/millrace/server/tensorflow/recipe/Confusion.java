package dev.millrace.server.tensorflow.recipe;

/**
 * How often examples of each class (row) were taken for each class (column). Confined to one
 * thread.
 */
final class Confusion {
  private final long[][] counts;

  /** Nothing seen yet. */
  Confusion(int classes) {
    this.counts = new long[classes][classes];
  }

  /** Counts one example. */
  void add(int actual, int predicted) {
    counts[actual][predicted]++;
  }

  /** Share of the examples that were taken for what they are, 0..1; NaN of none. */
  double accuracy() {
    long right = 0;
    long all = 0;
    for (int actual = 0; actual < counts.length; actual++) {
      right += counts[actual][actual];
      all += examples(actual);
    }
    return (double) right / all;
  }

  /** Share of a class that was taken for another or itself, 0..1; 0 where there is none of it. */
  double share(int actual, int predicted) {
    return (double) counts[actual][predicted] / Math.max(1, examples(actual));
  }

  private long examples(int actual) {
    long sum = 0;
    for (long count : counts[actual]) {
      sum += count;
    }
    return sum;
  }
}
