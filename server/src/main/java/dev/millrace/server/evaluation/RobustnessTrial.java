package dev.millrace.server.evaluation;

import dev.millrace.server.evaluation.metrics.Predictions;
import dev.millrace.server.evaluation.metrics.Share;
import dev.millrace.server.evaluation.robustness.Brightness;
import dev.millrace.server.evaluation.robustness.Disturbance;
import dev.millrace.server.evaluation.robustness.PictureChange;
import dev.millrace.server.evaluation.subject.GradientSignature;
import dev.millrace.server.evaluation.subject.Scorer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Measures a version on disturbed pictures. For use by one thread. */
final class RobustnessTrial {
  private final Scorer scorer;
  private final Pictures pictures;
  private final int count;
  private final long seed;
  private final Tally tally;

  RobustnessTrial(Scorer scorer, Pictures pictures, int count, long seed, Tally tally) {
    this.scorer = scorer;
    this.pictures = pictures;
    this.count = count;
    this.seed = seed;
    this.tally = tally;
  }

  /**
   * Accuracy under a disturbance at each of its strengths.
   *
   * @param clean the same examples undisturbed, and maybe more after them
   */
  Robustness run(Disturbance disturbance, Predictions clean) throws InterruptedException {
    Share undisturbed = new Share(IntStream.range(0, count).filter(clean::isRight).count(), count);
    Optional<GradientSignature> gradients = scorer.subject().gradients();
    if (disturbance == Disturbance.FGSM && gradients.isEmpty()) {
      tally.add((long) count * disturbance.strengths().size());
      return new Robustness(
          disturbance,
          undisturbed,
          List.of(),
          "the version has no signature '" + GradientSignature.NAME + "' for this input");
    }
    List<Robustness.Point> points = new ArrayList<>();
    for (double strength : disturbance.strengths()) {
      tally.begin(
          String.format(
              Locale.ROOT,
              "%s under %s %s",
              scorer.subject().version().resource(),
              disturbance.name().toLowerCase(Locale.ROOT),
              strength));
      long[] right = new long[1];
      pictures.forEachBatch(
          count,
          (first, pixels, labels) -> {
            float[] disturbed =
                disturbance == Disturbance.FGSM
                    ? stepped(gradients.orElseThrow(), strength, pixels, labels)
                    : changed(disturbance, strength, first, pixels, labels.length);
            right[0] += right(scorer.probabilities(disturbed, labels.length), labels);
            tally.add(labels.length);
          });
      points.add(new Robustness.Point(strength, new Share(right[0], count)));
    }
    return new Robustness(disturbance, undisturbed, points, "");
  }

  private float[] changed(
      Disturbance disturbance, double strength, int first, float[] pixels, int pictureCount) {
    PictureChange change = PictureChange.of(disturbance, strength);
    int size = pictures.size();
    float[] all = new float[pixels.length];
    for (int i = 0; i < pictureCount; i++) {
      float[] picture = Arrays.copyOfRange(pixels, i * size, (i + 1) * size);
      float[] disturbed =
          change.apply(
              picture,
              pictures.images().height(),
              pictures.images().width(),
              random(disturbance, first + i));
      System.arraycopy(disturbed, 0, all, i * size, size);
    }
    return all;
  }

  /** The same draws at every strength, so that strengths differ in nothing else. */
  private SplittableRandom random(Disturbance disturbance, int index) {
    SplittableRandom ofDisturbance = new SplittableRandom(seed + disturbance.ordinal());
    return new SplittableRandom(
        ofDisturbance.nextLong() ^ new SplittableRandom(~(long) index).nextLong());
  }

  private float[] stepped(
      GradientSignature gradients, double strength, float[] pixels, int[] labels)
      throws InterruptedException {
    float[] signs = scorer.lossSigns(gradients, pixels, labels);
    float[] stepped = new float[pixels.length];
    for (int i = 0; i < pixels.length; i++) {
      stepped[i] = Brightness.clip(pixels[i] + strength * signs[i]);
    }
    return stepped;
  }

  private static long right(float[] probabilities, int[] labels) {
    int classes = probabilities.length / labels.length;
    Predictions predictions = new Predictions(classes, labels.length);
    for (int i = 0; i < labels.length; i++) {
      predictions.add(labels[i], probabilities, i * classes);
    }
    return predictions.accuracy().hits();
  }
}
