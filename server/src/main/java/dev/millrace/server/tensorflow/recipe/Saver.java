package dev.millrace.server.tensorflow.recipe;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.train.Restore;
import org.tensorflow.types.TString;
import org.tensorflow.types.family.TType;

/**
 * The ops that write variables to a checkpoint and read them back, under the names that
 * TensorFlow's own loaders look for. TensorFlow Java writes such ops for reference variables alone.
 */
final class Saver {
  private static final String FILE_NAME = "save/filename";
  private static final String SAVED = "save/control_dependency";
  private static final String RESTORE = "save/restore_all";

  private Saver() {}

  /** Adds the ops to a graph. */
  static void addTo(Ops tf, List<Variable<?>> variables) {
    Ops save = tf.withSubScope("save");
    Operand<TString> fileName =
        save.withName("filename").placeholder(TString.class, Placeholder.shape(Shape.scalar()));
    String[] names = variables.stream().map(Variable::name).toArray(String[]::new);
    Operand<TString> tensorNames = save.array(names);
    Operand<TString> wholeSlices =
        save.array(variables.stream().map(variable -> "").toArray(String[]::new));
    List<Operand<?>> values = new ArrayList<>();
    List<Class<? extends TType>> types = new ArrayList<>();
    for (Variable<?> variable : variables) {
      values.add(variable.read(save));
      types.add(variable.type());
    }
    Op saved = save.train.save(fileName, tensorNames, wholeSlices, values);
    save.withControlDependencies(saved).withName("control_dependency").identity(fileName);
    Restore restored = save.train.restore(fileName, tensorNames, wholeSlices, types);
    List<Op> assigned = new ArrayList<>();
    for (int i = 0; i < variables.size(); i++) {
      assigned.add(
          save.assignVariableOp(variables.get(i).handle(), restored.tensors().get(i).asOutput()));
    }
    save.withControlDependencies(assigned).withName("restore_all").noOp();
  }

  /** Writes a checkpoint. */
  static void save(Session session, Path prefix) {
    try (TString name = TString.scalarOf(prefix.toString());
        Result saved = session.runner().feed(FILE_NAME, name).fetch(SAVED).run()) {
      if (saved.size() != 1) {
        throw new IllegalStateException("the checkpoint was not written");
      }
    }
  }

  /** Reads a checkpoint; it may hold more variables than the graph has. */
  static void restore(Session session, Path prefix) {
    try (TString name = TString.scalarOf(prefix.toString());
        Result restored = session.runner().feed(FILE_NAME, name).addTarget(RESTORE).run()) {
      if (restored.size() != 0) {
        throw new IllegalStateException("the checkpoint was not read");
      }
    }
  }
}
