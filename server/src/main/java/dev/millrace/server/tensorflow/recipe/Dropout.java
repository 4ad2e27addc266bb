package dev.millrace.server.tensorflow.recipe;

import java.util.List;
import java.util.function.UnaryOperator;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/**
 * Leaves out a share of the values and scales up the others. Which ones depends on the seed and the
 * step alone, so that a run that goes on from a checkpoint is the same run.
 */
final class Dropout {
  private Dropout() {}

  static UnaryOperator<Operand<TFloat32>> of(
      Ops root, float rate, long seed, Operand<TInt64> step) {
    if (rate == 0) {
      return UnaryOperator.identity();
    }
    Ops tf = root.withSubScope("dropout");
    return values -> {
      Operand<TFloat32> random =
          tf.random.statelessRandomUniform(
              tf.shape(values), tf.stack(List.of(tf.constant(seed), step)));
      Operand<TFloat32> kept =
          tf.dtypes.cast(tf.math.greaterEqual(random, tf.constant(rate)), TFloat32.class);
      return tf.math.mul(values, tf.math.mul(kept, tf.constant(1 / (1 - rate))));
    };
  }
}
