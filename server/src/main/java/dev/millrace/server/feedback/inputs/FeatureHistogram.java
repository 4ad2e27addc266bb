package dev.millrace.server.feedback.inputs;

import java.util.Arrays;

/**
 * How one figure of the examples is spread, in bins that hold about equally many of the examples
 * that they were made of. Immutable; the arrays are not to be written to.
 *
 * @param feature the figure's name
 * @param edges upper edges of all bins but the last, ascending; a bin has its own upper edge
 * @param counts examples in each bin, one more than there are edges
 */
@SuppressWarnings("ArrayRecordComponent")
public record FeatureHistogram(String feature, double[] edges, long[] counts) {
  /** Most bins: with ten, a couple of hundred examples tell a drift from chance. */
  public static final int BINS = 10;

  /**
   * Checks the parts against one another.
   *
   * @throws IllegalArgumentException if they do not fit
   */
  public FeatureHistogram {
    if (counts.length != edges.length + 1 || edges.length > 2 * BINS) {
      throw new IllegalArgumentException(edges.length + " edges for " + counts.length + " bins");
    }
    for (int i = 0; i < edges.length; i++) {
      if (Double.isNaN(edges[i]) || (i > 0 && edges[i] <= edges[i - 1])) {
        throw new IllegalArgumentException("the edges do not ascend");
      }
    }
    for (long count : counts) {
      if (count < 0) {
        throw new IllegalArgumentException("a bin has " + count + " examples");
      }
    }
  }

  /**
   * The histogram of values by their deciles. Equal values share a bin, so that there may be fewer.
   *
   * @param values in any order; NaN is left out
   */
  public static FeatureHistogram ofDeciles(String feature, double[] values) {
    double[] sorted =
        Arrays.stream(values).filter(value -> !Double.isNaN(value)).sorted().toArray();
    if (sorted.length == 0) {
      return new FeatureHistogram(feature, new double[0], new long[1]);
    }
    double[] edges = new double[BINS];
    int used = 0;
    if (sorted[0] == sorted[sorted.length - 1]) {
      // What never differed has drifted when it lies below, too.
      edges[used++] = Math.nextDown(sorted[0]);
    }
    for (int i = 1; i < BINS; i++) {
      double edge = sorted[(int) ((long) i * (sorted.length - 1) / BINS)];
      if (used == 0 || edge > edges[used - 1]) {
        edges[used++] = edge;
      }
    }
    FeatureHistogram empty =
        new FeatureHistogram(feature, Arrays.copyOf(edges, used), new long[used + 1]);
    for (double value : sorted) {
      empty.counts[empty.bin(value)]++;
    }
    return empty;
  }

  /** The bin of a value that is a number. */
  public int bin(double value) {
    int found = Arrays.binarySearch(edges, value);
    return found >= 0 ? found : -found - 1;
  }
}
