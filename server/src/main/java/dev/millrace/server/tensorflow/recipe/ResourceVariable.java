package dev.millrace.server.tensorflow.recipe;

import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.types.family.TType;

/**
 * A variable of a graph: its handle, and the ops that read and write it.
 *
 * @param <T> type of its elements
 */
final class ResourceVariable<T extends TType> {
  private final Output<?> handle;
  private final String name;
  private final Class<T> type;
  private final Shape shape;

  private ResourceVariable(Output<?> handle, String name, Class<T> type, Shape shape) {
    this.handle = handle;
    this.name = name;
    this.type = type;
    this.shape = shape;
  }

  /**
   * Adds a variable to a graph.
   *
   * @param scope takes the last part of its name
   * @param name all of it, such as {@code conv1/kernel}
   */
  static <T extends TType> ResourceVariable<T> create(
      Ops scope, String name, Class<T> type, Shape shape) {
    // Variables without a shared name would all be one.
    Output<?> handle =
        scope
            .withName(name.substring(name.lastIndexOf('/') + 1))
            .varHandleOp(type, shape, VarHandleOp.sharedName(name))
            .asOutput();
    return new ResourceVariable<>(handle, name, type, shape);
  }

  /** The handle, for ops that update the variable in place. */
  Operand<? extends TType> handle() {
    return handle;
  }

  /** Its name in the graph and in checkpoints. */
  String name() {
    return name;
  }

  Class<T> type() {
    return type;
  }

  Shape shape() {
    return shape;
  }

  /** Its value at the time that the op runs. */
  Operand<T> read(Ops tf) {
    return tf.readVariableOp(handle, type);
  }

  /** Sets it. */
  Op assign(Ops tf, Operand<?> value) {
    return tf.assignVariableOp(handle, value);
  }
}
