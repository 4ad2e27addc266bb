package dev.millrace.server.tensorflow.recipe;

import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * A weight and the one op through which every tower reads it, so that gradients can be taken by
 * that op.
 *
 * @param variable holds it
 * @param value its present value
 */
record Weight(Variable<TFloat32> variable, Operand<TFloat32> value) {
  /** Adds a weight to a graph. */
  static Weight create(Ops tf, String scope, String name, long... sizes) {
    Variable<TFloat32> variable = Variable.create(tf, scope, name, TFloat32.class, Shape.of(sizes));
    return new Weight(variable, variable.read(tf.withSubScope(scope)));
  }
}
