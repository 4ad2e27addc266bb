package dev.millrace.server.tensorflow.recipe;

import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.types.family.TType;

/**
 * A resource variable of a graph.
 *
 * @param name its name in the graph and in checkpoints, such as {@code conv1/kernel}
 * @param type element type
 * @param shape its shape
 * @param handle the op that holds it
 */
record Variable<T extends TType>(
    String name, Class<T> type, Shape shape, Operand<? extends TType> handle) {

  /** Adds a variable to a graph; it has no value yet. */
  static <T extends TType> Variable<T> create(
      Ops tf, String scope, String name, Class<T> type, Shape shape) {
    String full = scope + "/" + name;
    VarHandleOp handle =
        tf.withSubScope(scope)
            .withName(name)
            .varHandleOp(type, shape, VarHandleOp.sharedName(full));
    return new Variable<>(full, type, shape, handle);
  }

  /** Its present value. */
  Operand<T> read(Ops tf) {
    return tf.readVariableOp(handle, type);
  }

  /** An op that gives it a value. */
  Op assign(Ops tf, Operand<T> value) {
    return tf.assignVariableOp(handle, value);
  }

  /** A placeholder that is fed from outside. */
  static <T extends TType> Operand<T> placeholder(Ops tf, String name, Class<T> type, Shape shape) {
    return tf.withName(name).placeholder(type, Placeholder.shape(shape));
  }
}
