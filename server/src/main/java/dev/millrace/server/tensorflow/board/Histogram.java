package dev.millrace.server.tensorflow.board;

import java.util.Arrays;
import java.util.List;
import org.tensorflow.ndarray.buffer.FloatDataBuffer;

/**
 * Values counted in 30 ranges of equal width, as TensorBoard's own summary does it. Values that are
 * no numbers are left out.
 *
 * @param minimum least value; 0 when there is none
 * @param maximum greatest value; 0 when there is none
 * @param count number of values
 * @param sum of the values
 * @param sumOfSquares of the values
 * @param ranges counts from the least value to the greatest; one when all are equal
 */
public record Histogram(
    double minimum,
    double maximum,
    long count,
    double sum,
    double sumOfSquares,
    List<Long> ranges) {
  private static final int RANGES = 30;

  /** Counts values. */
  public static Histogram of(FloatDataBuffer values) {
    double minimum = Double.POSITIVE_INFINITY;
    double maximum = Double.NEGATIVE_INFINITY;
    double sum = 0;
    double sumOfSquares = 0;
    long count = 0;
    for (long i = 0; i < values.size(); i++) {
      float value = values.getFloat(i);
      if (Float.isFinite(value)) {
        minimum = Math.min(minimum, value);
        maximum = Math.max(maximum, value);
        sum += value;
        sumOfSquares += (double) value * value;
        count++;
      }
    }
    if (count == 0) {
      return new Histogram(0, 0, 0, 0, 0, List.of(0L));
    }
    return new Histogram(
        minimum, maximum, count, sum, sumOfSquares, counts(values, minimum, maximum));
  }

  private static List<Long> counts(FloatDataBuffer values, double minimum, double maximum) {
    long[] counts = new long[minimum == maximum ? 1 : RANGES];
    double scale = counts.length == 1 ? 0 : RANGES / (maximum - minimum);
    for (long i = 0; i < values.size(); i++) {
      float value = values.getFloat(i);
      if (Float.isFinite(value)) {
        counts[(int) Math.min(counts.length - 1, (value - minimum) * scale)]++;
      }
    }
    return Arrays.stream(counts).boxed().toList();
  }

  /** Upper end of a range. */
  double limit(int range) {
    return range == ranges.size() - 1
        ? maximum
        : minimum + (maximum - minimum) * (range + 1) / ranges.size();
  }
}
