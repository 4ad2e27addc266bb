package dev.millrace.server.evaluation;

import dev.millrace.server.evaluation.metrics.Predictions;
import dev.millrace.server.evaluation.metrics.Share;
import dev.millrace.server.evaluation.robustness.Brightness;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** Parts of the examples on which accuracy is told apart: classes, and quarters by brightness. */
final class Slices {
  private static final List<String> QUARTERS =
      List.of("darkest quarter", "darker quarter", "brighter quarter", "brightest quarter");

  private Slices() {}

  /**
   * Accuracy of each part.
   *
   * @param picture brightness of an example's pixels
   */
  static List<SliceAccuracy> of(Predictions predictions, IntFunction<float[]> picture) {
    List<SliceAccuracy> slices = new ArrayList<>();
    for (int label = 0; label < predictions.classes(); label++) {
      int wanted = label;
      int[] members =
          IntStream.range(0, predictions.count())
              .filter(i -> predictions.label(i) == wanted)
              .toArray();
      slices.add(
          new SliceAccuracy("class", Integer.toString(label), accuracy(predictions, members)));
    }
    int[] byBrightness = byBrightness(predictions.count(), picture);
    for (int quarter = 0; quarter < QUARTERS.size(); quarter++) {
      int from = (int) ((long) byBrightness.length * quarter / QUARTERS.size());
      int to = (int) ((long) byBrightness.length * (quarter + 1) / QUARTERS.size());
      slices.add(
          new SliceAccuracy(
              "brightness",
              QUARTERS.get(quarter),
              accuracy(predictions, Arrays.copyOfRange(byBrightness, from, to))));
    }
    return slices;
  }

  private static int[] byBrightness(int count, IntFunction<float[]> picture) {
    double[] means = new double[count];
    for (int i = 0; i < count; i++) {
      means[i] = Brightness.mean(picture.apply(i));
    }
    return IntStream.range(0, count)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> means[i]))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private static Share accuracy(Predictions predictions, int[] members) {
    long right = IntStream.of(members).filter(predictions::isRight).count();
    return new Share(right, members.length);
  }
}
