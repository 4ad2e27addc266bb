package dev.millrace.server.tensorflow.recipe;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/**
 * Moving averages of the weights, which often answer better than the last step's weights do (Polyak
 * and Juditsky, 1992). Early on they follow quickly: the decay of step {@code n} is at most {@code
 * (1 + n) / (10 + n)}, as TensorFlow's own averages have it.
 */
final class WeightAverages {
  private final List<ResourceVariable<TFloat32>> weights;
  private final List<ResourceVariable<TFloat32>> averages = new ArrayList<>();
  private final float decay;
  private final Ops tf;

  /** Adds variables to a graph, without values. */
  WeightAverages(Ops root, List<ResourceVariable<TFloat32>> weights, float decay) {
    this.weights = weights;
    this.decay = decay;
    this.tf = root.withSubScope("average");
    for (ResourceVariable<TFloat32> weight : weights) {
      Ops scope = tf.withSubScope(weight.name().replace('/', '_'));
      averages.add(
          ResourceVariable.create(
              scope, "average/" + weight.name(), TFloat32.class, weight.shape()));
    }
  }

  List<ResourceVariable<TFloat32>> variables() {
    return List.copyOf(averages);
  }

  /** The averages' values, in the weights' order. */
  List<Operand<TFloat32>> read(Ops scope) {
    List<Operand<TFloat32>> values = new ArrayList<>();
    averages.forEach(average -> values.add(average.read(scope)));
    return values;
  }

  /** Ops that begin with the weights as they are after some others. */
  List<Op> initialise(List<Op> after) {
    return copies(tf.withControlDependencies(after), weights, averages);
  }

  /** Ops that take in the weights as they are after a step. */
  List<Op> update(List<Op> after, Operand<TInt64> step) {
    Ops later = tf.withControlDependencies(after);
    Operand<TFloat32> done = later.dtypes.cast(step, TFloat32.class);
    Operand<TFloat32> early =
        later.math.div(
            later.math.add(done, later.constant(1f)), later.math.add(done, later.constant(10f)));
    Operand<TFloat32> kept = later.math.minimum(later.constant(decay), early);
    Operand<TFloat32> share = later.math.sub(later.constant(1f), kept);
    List<Op> updates = new ArrayList<>();
    for (int i = 0; i < weights.size(); i++) {
      Operand<TFloat32> away =
          later.math.sub(averages.get(i).read(later), weights.get(i).read(later));
      updates.add(later.assignSubVariableOp(averages.get(i).handle(), later.math.mul(away, share)));
    }
    return updates;
  }

  /** Ops that put the averages in the weights' place. */
  List<Op> publish() {
    return copies(tf.withSubScope("publish"), averages, weights);
  }

  private static List<Op> copies(
      Ops scope, List<ResourceVariable<TFloat32>> from, List<ResourceVariable<TFloat32>> to) {
    List<Op> copies = new ArrayList<>();
    for (int i = 0; i < from.size(); i++) {
      copies.add(to.get(i).assign(scope, from.get(i).read(scope)));
    }
    return copies;
  }
}
