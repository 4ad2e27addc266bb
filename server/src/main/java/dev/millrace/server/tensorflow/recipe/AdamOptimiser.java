package dev.millrace.server.tensorflow.recipe;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TType;

/**
 * Adam (Kingma and Ba, 2015) on resource variables. The framework's own optimiser knows only
 * reference variables.
 */
final class AdamOptimiser {
  private static final float BETA1 = 0.9f;
  private static final float BETA2 = 0.999f;
  private static final float EPSILON = 1e-8f;

  private final List<ResourceVariable<TFloat32>> weights;
  private final List<ResourceVariable<TFloat32>> firstMoments = new ArrayList<>();
  private final List<ResourceVariable<TFloat32>> secondMoments = new ArrayList<>();
  private final ResourceVariable<TFloat32> beta1Power;
  private final ResourceVariable<TFloat32> beta2Power;
  private final Ops tf;

  /** Adds the optimiser's variables to a graph, without values. */
  AdamOptimiser(Ops root, List<ResourceVariable<TFloat32>> weights) {
    this.weights = weights;
    this.tf = root.withSubScope("adam");
    for (ResourceVariable<TFloat32> weight : weights) {
      String scope = weight.name().replace('/', '_');
      String name = "adam/" + scope;
      Ops slots = tf.withSubScope(scope);
      firstMoments.add(ResourceVariable.create(slots, name + "/m", TFloat32.class, weight.shape()));
      secondMoments.add(
          ResourceVariable.create(slots, name + "/v", TFloat32.class, weight.shape()));
    }
    beta1Power = ResourceVariable.create(tf, "adam/beta1_power", TFloat32.class, Shape.scalar());
    beta2Power = ResourceVariable.create(tf, "adam/beta2_power", TFloat32.class, Shape.scalar());
  }

  /** Everything that must be kept to go on with a run, beside the weights. */
  List<ResourceVariable<? extends TType>> variables() {
    List<ResourceVariable<? extends TType>> all = new ArrayList<>(firstMoments);
    all.addAll(secondMoments);
    all.add(beta1Power);
    all.add(beta2Power);
    return all;
  }

  /** Ops that set the variables for the first step. */
  List<Op> initialise() {
    List<Op> assignments = new ArrayList<>();
    for (ResourceVariable<TFloat32> moment : firstMoments) {
      assignments.add(moment.assign(tf, zeros(moment.shape())));
    }
    for (ResourceVariable<TFloat32> moment : secondMoments) {
      assignments.add(moment.assign(tf, zeros(moment.shape())));
    }
    assignments.add(beta1Power.assign(tf, tf.constant(BETA1)));
    assignments.add(beta2Power.assign(tf, tf.constant(BETA2)));
    return assignments;
  }

  /**
   * Adds the ops of one step.
   *
   * @param gradients of the loss, in the weights' order
   */
  List<Op> apply(List<Operand<TFloat32>> gradients, Operand<TFloat32> learningRate) {
    Operand<TFloat32> power1 = beta1Power.read(tf);
    Operand<TFloat32> power2 = beta2Power.read(tf);
    List<Op> steps = new ArrayList<>();
    for (int i = 0; i < weights.size(); i++) {
      steps.add(
          tf.train.resourceApplyAdam(
              weights.get(i).handle(),
              firstMoments.get(i).handle(),
              secondMoments.get(i).handle(),
              power1,
              power2,
              learningRate,
              tf.constant(BETA1),
              tf.constant(BETA2),
              tf.constant(EPSILON),
              gradients.get(i)));
    }
    Ops after = tf.withControlDependencies(steps);
    steps.add(beta1Power.assign(after, after.math.mul(power1, after.constant(BETA1))));
    steps.add(beta2Power.assign(after, after.math.mul(power2, after.constant(BETA2))));
    return steps;
  }

  private Operand<TFloat32> zeros(Shape shape) {
    return tf.zeros(tf.constant(shape.asArray()), TFloat32.class);
  }
}
