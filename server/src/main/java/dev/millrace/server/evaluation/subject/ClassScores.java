package dev.millrace.server.evaluation.subject;

import dev.millrace.server.model.Signature;
import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.ShapeSpec;
import dev.millrace.server.tensor.TensorData;
import dev.millrace.server.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Outputs with a value for each class, [batch, classes], of FLOAT32 or FLOAT64. Stateless. */
public final class ClassScores {
  private static final List<String> USUAL = List.of("probabilities", "scores", "logits");
  private static final double TOLERANCE = 1e-3;

  private ClassScores() {}

  /** The output that a caller means who names none; empty when it cannot be told. */
  public static Optional<String> find(Signature signature) {
    Optional<String> usual =
        USUAL.stream().filter(name -> isOne(signature.outputs().get(name))).findFirst();
    List<String> all =
        signature.outputs().keySet().stream()
            .filter(name -> isOne(signature.outputs().get(name)))
            .toList();
    return usual.isPresent() || all.size() != 1 ? usual : Optional.of(all.get(0));
  }

  /** True for an output of this form. */
  public static boolean isOne(@Nullable TensorSpec spec) {
    return spec != null
        && (spec.dtype() == DataType.FLOAT32 || spec.dtype() == DataType.FLOAT64)
        && (spec.shape().isUnknownRank()
            || (spec.shape().rank() == 2
                && (spec.shape().size(1) > 1 || spec.shape().size(1) == ShapeSpec.OPEN)));
  }

  /**
   * The values, row-major.
   *
   * @throws IllegalArgumentException if the tensor is not of this form
   */
  public static float[] read(TensorData tensor) {
    if (tensor.shape().rank() != 2 || tensor.shape().size(1) < 2) {
      throw new IllegalArgumentException(tensor + " has no value for each class");
    }
    ByteBuffer bytes = tensor.bytes();
    float[] values = new float[Math.toIntExact(tensor.shape().elementCount())];
    for (int i = 0; i < values.length; i++) {
      values[i] = tensor.dtype() == DataType.FLOAT32 ? bytes.getFloat() : (float) bytes.getDouble();
    }
    return values;
  }

  /** True when every row is made of probabilities: none is below 0, and they add up to 1. */
  public static boolean areProbabilities(float[] values, int classes) {
    for (int row = 0; row < values.length; row += classes) {
      double sum = 0;
      for (int i = row; i < row + classes; i++) {
        if (!(values[i] >= 0)) {
          return false;
        }
        sum += values[i];
      }
      if (Math.abs(sum - 1) > TOLERANCE) {
        return false;
      }
    }
    return true;
  }

  /** Makes scores into probabilities, row by row and in place, by softmax. */
  public static void softmax(float[] values, int classes) {
    for (int row = 0; row < values.length; row += classes) {
      double largest = Double.NEGATIVE_INFINITY;
      for (int i = row; i < row + classes; i++) {
        largest = Math.max(largest, values[i]);
      }
      double sum = 0;
      for (int i = row; i < row + classes; i++) {
        sum += Math.exp(values[i] - largest);
      }
      for (int i = row; i < row + classes; i++) {
        values[i] = (float) (Math.exp(values[i] - largest) / sum);
      }
    }
  }
}
