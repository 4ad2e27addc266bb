package dev.millrace.server.evaluation.explain;

import dev.millrace.server.evaluation.subject.GradientSignature;
import dev.millrace.server.tensor.TensorData;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The gradient of the score averaged along the straight way from the baseline to the input, by the
 * midpoint rule, times their difference. Stateless.
 *
 * @param signature gives gradients
 * @param steps places on the way, at least 1
 */
record IntegratedGradients(GradientSignature signature, int steps) {
  /** What each element adds. */
  CompletionStage<float[]> attributions(Explained explained) {
    float[] to = Rows.values(explained.example());
    float[] from = Rows.values(explained.baseline());
    double[] sum = new double[to.length];
    CompletionStage<Void> all = CompletableFuture.completedFuture(null);
    int together = Rows.together(explained.example());
    for (int first = 0; first < steps; first += together) {
      int begin = first;
      int count = Math.min(together, steps - first);
      // One request after the other, so that an explanation takes one place in the queue.
      all =
          all.thenCompose(
                  done -> explained.gradients(signature, way(explained, from, to, begin, count)))
              .thenAccept(gradients -> add(gradients, sum));
    }
    return all.thenApply(
        done -> {
          float[] attributions = new float[to.length];
          for (int i = 0; i < to.length; i++) {
            attributions[i] = (float) ((to[i] - from[i]) * sum[i] / steps);
          }
          return attributions;
        });
  }

  private TensorData way(Explained explained, float[] from, float[] to, int first, int count) {
    float[] rows = new float[count * to.length];
    for (int row = 0; row < count; row++) {
      float share = (first + row + 0.5f) / steps;
      for (int i = 0; i < to.length; i++) {
        rows[row * to.length + i] = from[i] + share * (to[i] - from[i]);
      }
    }
    return Rows.floats(explained.example().shape().withRows(count), rows);
  }

  private static void add(float[] gradients, double[] sum) {
    for (int i = 0; i < gradients.length; i++) {
      sum[i % sum.length] += gradients[i];
    }
  }
}
