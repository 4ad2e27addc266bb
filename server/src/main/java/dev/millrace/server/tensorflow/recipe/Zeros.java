package dev.millrace.server.tensorflow.recipe;

import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** Zeros as an op, and so not as bytes of the graph. */
final class Zeros {
  private Zeros() {}

  static Operand<TFloat32> of(Ops tf, Shape shape) {
    return tf.zeros(tf.constant(shape.asArray()), TFloat32.class);
  }
}
