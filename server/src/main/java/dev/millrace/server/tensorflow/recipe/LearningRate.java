package dev.millrace.server.tensorflow.recipe;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/**
 * The learning rate of each step: the first one throughout, or less and less of it along half a
 * cosine (Loshchilov and Hutter, 2017, without restarts).
 */
final class LearningRate {
  private LearningRate() {}

  /**
   * Adds it to a graph.
   *
   * @param decay share of the first rate that is gone at the last step, 0..1
   */
  static Operand<TFloat32> of(
      Ops root, float first, float decay, long totalSteps, Operand<TInt64> step) {
    Ops tf = root.withSubScope("learning_rate");
    if (decay == 0) {
      return tf.constant(first);
    }
    Operand<TFloat32> done =
        tf.math.div(tf.dtypes.cast(step, TFloat32.class), tf.constant((float) totalSteps));
    Operand<TFloat32> cosine = tf.math.cos(tf.math.mul(done, tf.constant((float) Math.PI)));
    Operand<TFloat32> gone =
        tf.math.mul(tf.constant(decay / 2), tf.math.sub(tf.constant(1f), cosine));
    return tf.math.mul(tf.constant(first), tf.math.sub(tf.constant(1f), gone));
  }
}
