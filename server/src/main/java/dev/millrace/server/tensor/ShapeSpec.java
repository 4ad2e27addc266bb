package dev.millrace.server.tensor;

import java.util.Arrays;
import java.util.stream.Collectors;

/** Which shapes a signature accepts: fixed and open dimensions, or any rank at all. Immutable. */
public final class ShapeSpec {
  /** Stands for "any size" among the sizes. */
  public static final long OPEN = -1;

  private static final ShapeSpec ANY = new ShapeSpec(new long[0], true);

  private final long[] sizes;
  private final boolean unknownRank;

  private ShapeSpec(long[] sizes, boolean unknownRank) {
    this.sizes = sizes;
    this.unknownRank = unknownRank;
  }

  /**
   * Shapes of this rank whose fixed dimensions have these sizes; {@link #OPEN} leaves one open.
   *
   * @throws IllegalArgumentException if a size is below -1
   */
  public static ShapeSpec of(long... sizes) {
    for (long size : sizes) {
      if (size < OPEN) {
        throw new IllegalArgumentException("dimension " + size + " is neither a size nor -1");
      }
    }
    return new ShapeSpec(sizes.clone(), false);
  }

  /** Every shape. */
  public static ShapeSpec unknownRank() {
    return ANY;
  }

  /** True when the number of dimensions is left open. */
  public boolean isUnknownRank() {
    return unknownRank;
  }

  /** Number of dimensions; 0 when it is unknown. */
  public int rank() {
    return sizes.length;
  }

  /** Size of one dimension, or {@link #OPEN}. */
  public long size(int dimension) {
    return sizes[dimension];
  }

  /** All sizes, as a copy. */
  public long[] toArray() {
    return sizes.clone();
  }

  /** True when the rank agrees and so does every fixed dimension. */
  public boolean accepts(Shape shape) {
    if (unknownRank) {
      return true;
    }
    if (shape.rank() != sizes.length) {
      return false;
    }
    for (int i = 0; i < sizes.length; i++) {
      if (sizes[i] != OPEN && sizes[i] != shape.size(i)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ShapeSpec spec
        && unknownRank == spec.unknownRank
        && Arrays.equals(sizes, spec.sizes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(sizes) + (unknownRank ? 1 : 0);
  }

  /** {@code [?,28,28,1]}; {@code any shape} when the rank is unknown. */
  @Override
  public String toString() {
    return unknownRank
        ? "any shape"
        : Arrays.stream(sizes)
            .mapToObj(size -> size == OPEN ? "?" : Long.toString(size))
            .collect(Collectors.joining(",", "[", "]"));
  }
}
