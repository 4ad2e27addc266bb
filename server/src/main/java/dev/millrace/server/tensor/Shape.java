package dev.millrace.server.tensor;

import java.util.Arrays;

/** The sizes of a tensor's dimensions, outermost first. Immutable. */
public final class Shape {
  private static final Shape SCALAR = new Shape(new long[0], 1);

  private final long[] sizes;
  private final long elementCount;

  private Shape(long[] sizes, long elementCount) {
    this.sizes = sizes;
    this.elementCount = elementCount;
  }

  /**
   * A shape of the given sizes; none makes a scalar.
   *
   * @throws IllegalArgumentException if a size is negative or the element count overflows
   */
  public static Shape of(long... sizes) {
    return sizes.length == 0 ? SCALAR : new Shape(sizes.clone(), count(sizes));
  }

  /** Number of dimensions; 0 for a scalar. */
  public int rank() {
    return sizes.length;
  }

  /** Size of one dimension. */
  public long size(int dimension) {
    return sizes[dimension];
  }

  /** All sizes, as a copy. */
  public long[] toArray() {
    return sizes.clone();
  }

  /** Product of the sizes; 1 for a scalar. */
  public long elementCount() {
    return elementCount;
  }

  /** The same shape with another first size; the rank must be 1 or more. */
  public Shape withRows(long rows) {
    long[] changed = sizes.clone();
    changed[0] = rows;
    return new Shape(changed, count(changed));
  }

  private static long count(long[] sizes) {
    // The running product leaves zeros out: a zero must not hide the overflow of the others.
    long nonZero = 1;
    boolean empty = false;
    for (long size : sizes) {
      if (size < 0) {
        throw new IllegalArgumentException("dimension " + size + " is negative");
      }
      if (size == 0) {
        empty = true;
        continue;
      }
      if (nonZero > Long.MAX_VALUE / size) {
        throw new IllegalArgumentException("the element count overflows");
      }
      nonZero *= size;
    }
    return empty ? 0 : nonZero;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shape shape && Arrays.equals(sizes, shape.sizes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(sizes);
  }

  /** {@code [2,28,28,1]}; {@code []} for a scalar. */
  @Override
  public String toString() {
    return Arrays.toString(sizes).replace(" ", "");
  }
}
