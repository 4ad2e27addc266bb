package dev.millrace.server.inference.shadow;

import dev.millrace.server.tensor.TensorData;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;

/** Outputs seen as examples along their first dimension. */
final class Rows {
  private Rows() {}

  /** The number of rows that all have; 1 where they have none in common. */
  static int common(Collection<TensorData> tensors) {
    long rows = 0;
    for (TensorData tensor : tensors) {
      long own = tensor.shape().rank() == 0 ? 0 : tensor.shape().size(0);
      if (own == 0 || (rows > 0 && own != rows)) {
        return 1;
      }
      rows = own;
    }
    return (int) Math.max(1, Math.min(rows, Integer.MAX_VALUE));
  }

  static TensorData of(Map<String, TensorData> tensors, String name) {
    return Objects.requireNonNull(tensors.get(name));
  }
}
