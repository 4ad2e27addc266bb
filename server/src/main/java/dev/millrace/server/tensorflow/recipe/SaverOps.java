package dev.millrace.server.tensorflow.recipe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TString;
import org.tensorflow.types.family.TType;

/**
 * The ops that write and read a graph's variables, under the names by which sessions and exporters
 * look for them. What TensorFlow would add by itself leaves out resource variables.
 */
final class SaverOps {
  static final String FILENAME = "save/filename";
  static final String SAVE = "save/control_dependency";
  static final String RESTORE = "save/restore_all";

  private SaverOps() {}

  /** Adds them for the given variables. */
  static void add(Ops root, List<? extends ResourceVariable<? extends TType>> variables) {
    Ops tf = root.withSubScope("save");
    Operand<TString> filename = tf.withName("filename").placeholder(TString.class);
    String[] names = variables.stream().map(ResourceVariable::name).toArray(String[]::new);
    String[] wholes = new String[names.length];
    Arrays.fill(wholes, "");
    Operand<TString> whole = tf.array(wholes);
    Operand<TString> tensorNames = tf.array(names);
    List<Operand<?>> values = new ArrayList<>();
    List<Class<? extends TType>> types = new ArrayList<>();
    for (ResourceVariable<? extends TType> variable : variables) {
      values.add(variable.read(tf));
      types.add(variable.type());
    }
    Op save = tf.train.save(filename, tensorNames, whole, values);
    tf.withName("control_dependency").withControlDependencies(save).identity(filename);

    List<Op> assignments = new ArrayList<>();
    List<? extends Operand<?>> restored =
        tf.train.restore(filename, tensorNames, whole, types).tensors();
    for (int i = 0; i < restored.size(); i++) {
      assignments.add(variables.get(i).assign(tf, restored.get(i)));
    }
    tf.withName("restore_all").withControlDependencies(assignments).noOp();
  }
}
