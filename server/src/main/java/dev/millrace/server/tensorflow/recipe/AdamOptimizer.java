package dev.millrace.server.tensorflow.recipe;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Gradients;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/**
 * Adam (Kingma and Ba, 2015, algorithm 1) over resource variables, with beta1 0.9, beta2 0.999 and
 * epsilon 1e-7. Its slots and the step count are variables too, so a checkpoint of them resumes a
 * run exactly.
 */
final class AdamOptimizer {
  private static final float BETA1 = 0.9f;
  private static final float BETA2 = 0.999f;
  private static final float EPSILON = 1e-7f;

  private final List<Weight> weights;
  private final List<Variable<TFloat32>> means = new ArrayList<>();
  private final List<Variable<TFloat32>> variances = new ArrayList<>();
  private final Variable<TInt64> step;

  /** Adds the slots of the given weights to a graph. */
  AdamOptimizer(Ops tf, List<Weight> weights) {
    this.weights = weights;
    this.step = Variable.create(tf, "adam", "step", TInt64.class, Shape.scalar());
    for (Weight weight : weights) {
      String slot = weight.variable().name().replace('/', '_');
      Shape shape = weight.variable().shape();
      means.add(Variable.create(tf, "adam", slot + "_mean", TFloat32.class, shape));
      variances.add(Variable.create(tf, "adam", slot + "_variance", TFloat32.class, shape));
    }
  }

  /** Steps done, counted from 0. */
  Variable<TInt64> step() {
    return step;
  }

  /** The slots and the step count. */
  List<Variable<?>> state() {
    List<Variable<?>> all = new ArrayList<>();
    all.add(step);
    all.addAll(means);
    all.addAll(variances);
    return all;
  }

  /** An op that sets the state to that of a run that has not begun. */
  Op initialise(Ops tf) {
    Ops init = tf.withSubScope("initialise_adam");
    List<Op> assigned = new ArrayList<>();
    assigned.add(step.assign(init, init.constant(0L)));
    means.forEach(slot -> assigned.add(slot.assign(init, Zeros.of(init, slot.shape()))));
    variances.forEach(slot -> assigned.add(slot.assign(init, Zeros.of(init, slot.shape()))));
    return init.withControlDependencies(assigned).noOp();
  }

  /** An op that takes one step down the gradient of the loss. */
  Op minimise(Ops tf, Operand<TFloat32> loss, float learningRate) {
    Ops adam = tf.withSubScope("minimise");
    Gradients gradients = adam.gradients(loss, weights.stream().map(Weight::value).toList());
    Operand<TFloat32> stepNumber =
        adam.math.add(adam.dtypes.cast(step.read(adam), TFloat32.class), adam.constant(1f));
    Operand<TFloat32> beta1 = adam.constant(BETA1);
    Operand<TFloat32> beta2 = adam.constant(BETA2);
    Operand<TFloat32> beta1Power = adam.math.pow(beta1, stepNumber);
    Operand<TFloat32> beta2Power = adam.math.pow(beta2, stepNumber);
    List<Op> applied = new ArrayList<>();
    for (int i = 0; i < weights.size(); i++) {
      applied.add(
          adam.train.resourceApplyAdam(
              weights.get(i).variable().handle(),
              means.get(i).handle(),
              variances.get(i).handle(),
              beta1Power,
              beta2Power,
              adam.constant(learningRate),
              beta1,
              beta2,
              adam.constant(EPSILON),
              gradients.<TFloat32>dy(i)));
    }
    return adam.withControlDependencies(applied)
        .assignAddVariableOp(step.handle(), adam.constant(1L));
  }
}
