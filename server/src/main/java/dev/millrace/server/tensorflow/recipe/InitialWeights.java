package dev.millrace.server.tensorflow.recipe;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.tensorflow.framework.initializers.Glorot;
import org.tensorflow.framework.initializers.He;
import org.tensorflow.framework.initializers.Initializer;
import org.tensorflow.framework.initializers.VarianceScaling.Distribution;
import org.tensorflow.framework.initializers.Zeros;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** The weights that a run begins with, drawn from its seed: He's before a ReLU, else Glorot's. */
final class InitialWeights {
  private InitialWeights() {}

  /** Ops that set every weight of the network. */
  static List<Op> assign(Ops tf, MnistNetwork network, SplittableRandom seeds) {
    List<Op> assignments = new ArrayList<>();
    List<ResourceVariable<TFloat32>> weights = network.weights();
    for (int i = 0; i < weights.size(); i++) {
      ResourceVariable<TFloat32> weight = weights.get(i);
      long seed = seeds.nextLong();
      boolean bias = weight.shape().numDimensions() == 1;
      boolean beforeRelu = i < weights.size() - 2;
      Initializer<TFloat32> initial =
          bias
              ? new Zeros<>()
              : beforeRelu
                  ? new He<>(Distribution.TRUNCATED_NORMAL, seed)
                  : new Glorot<>(Distribution.TRUNCATED_NORMAL, seed);
      assignments.add(
          weight.assign(
              tf, initial.call(tf, tf.constant(weight.shape().asArray()), TFloat32.class)));
    }
    return assignments;
  }
}
