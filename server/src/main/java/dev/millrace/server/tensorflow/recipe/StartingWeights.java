package dev.millrace.server.tensorflow.recipe;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TString;

/** Lets a run begin with the weights of an earlier version; the optimiser begins anew. */
final class StartingWeights {
  private static final String SCOPE = "start";
  private static final String FILENAME = "filename";
  private static final String READ = "read";

  private StartingWeights() {}

  /** Adds the ops to a graph; they do nothing until {@link #read}. */
  static void add(Ops root, List<ResourceVariable<TFloat32>> weights) {
    add(root, weights, set -> List.of());
  }

  /**
   * The same for a graph where more depends on the weights.
   *
   * @param then gives the ops to run after those that set the weights
   */
  static void add(
      Ops root, List<ResourceVariable<TFloat32>> weights, UnaryOperator<List<Op>> then) {
    Ops tf = root.withSubScope(SCOPE);
    Operand<TString> filename = tf.withName(FILENAME).placeholder(TString.class);
    String[] wholes = new String[weights.size()];
    Arrays.fill(wholes, "");
    List<? extends Operand<?>> read =
        tf.train
            .restore(
                filename,
                tf.array(weights.stream().map(ResourceVariable::name).toArray(String[]::new)),
                tf.array(wholes),
                Collections.nCopies(weights.size(), TFloat32.class))
            .tensors();
    List<Op> assignments = new ArrayList<>();
    for (int i = 0; i < weights.size(); i++) {
      ResourceVariable<TFloat32> weight = weights.get(i);
      assignments.add(weight.assign(tf, tf.ensureShape(read.get(i), weight.shape())));
    }
    assignments.addAll(then.apply(List.copyOf(assignments)));
    tf.withName(READ).withControlDependencies(assignments).noOp();
  }

  /**
   * Sets the weights to those of a SavedModel.
   *
   * @throws ServingException PARENT_UNFIT if it does not have the same ones
   */
  static void read(Session session, Path savedModel) {
    Path variables = savedModel.resolve("variables");
    if (!Files.isRegularFile(variables.resolve("variables.index"))) {
      throw unfit();
    }
    try (TString filename = TString.scalarOf(variables.resolve("variables").toString())) {
      session
          .runner()
          .feed(SCOPE + "/" + FILENAME, filename)
          .addTarget(session.graph().operationOrThrow(SCOPE + "/" + READ))
          .run()
          .close();
    } catch (TensorFlowException | IllegalArgumentException other) {
      throw unfit().causedBy(other);
    }
  }

  private static ServingException unfit() {
    return new ServingException(
        ErrorReason.PARENT_UNFIT,
        "from_version has other weights than this run would train; it must be of the same recipe,"
            + " and trained with the same parameters of size");
  }
}
