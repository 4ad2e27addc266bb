package dev.millrace.server.evaluation.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ClassFiguresTest {
  /** The example of scikit-learn's documentation of confusion_matrix. */
  private static final int[][] EXAMPLE = {{2, 0}, {0, 0}, {2, 2}, {2, 2}, {0, 0}, {1, 2}};

  @Test
  void confusion_ofTheExample_isScikitLearns() {
    ConfusionMatrix confusion = ConfusionMatrix.of(predictions(3, EXAMPLE));
    assertThat(confusion.counts()).containsExactly(2L, 0L, 0L, 0L, 0L, 1L, 1L, 0L, 2L);
    assertThat(confusion.count(1, 2)).isEqualTo(1);
  }

  @Test
  void figures_ofTheExample_areThoseByHand() {
    List<ClassFigures> figures = ClassFigures.of(ConfusionMatrix.of(predictions(3, EXAMPLE)));
    assertThat(figures.get(0)).isEqualTo(new ClassFigures(0, 2.0 / 3, 1, 0.8, 2));
    assertThat(figures.get(1)).isEqualTo(new ClassFigures(1, 0, 0, 0, 1));
    assertThat(figures.get(2)).isEqualTo(new ClassFigures(2, 2.0 / 3, 2.0 / 3, 2.0 / 3, 3));
    assertThat(ClassFigures.macro(figures, ClassFigures::f1))
        .isCloseTo((0.8 + 2.0 / 3) / 3, within(1e-12));
  }

  @Test
  void figures_ofAnyPredictions_addUp() {
    SplittableRandom random = new SplittableRandom(5);
    int[][] pairs = new int[500][];
    for (int i = 0; i < pairs.length; i++) {
      pairs[i] = new int[] {random.nextInt(4), random.nextInt(4)};
    }
    Predictions predictions = predictions(5, pairs);
    ConfusionMatrix confusion = ConfusionMatrix.of(predictions);
    List<ClassFigures> figures = ClassFigures.of(confusion);
    assertThat(confusion.counts().stream().mapToLong(Long::longValue).sum()).isEqualTo(500);
    assertThat(figures.stream().mapToLong(ClassFigures::support).sum()).isEqualTo(500);
    // Accuracy is the mean recall, weighed by support.
    assertThat(figures.stream().mapToDouble(one -> one.recall() * one.support()).sum() / 500)
        .isCloseTo(predictions.accuracy().value(), within(1e-12));
    assertThat(figures)
        .allSatisfy(
            one ->
                assertThat(one.f1())
                    .isBetween(
                        Math.min(one.precision(), one.recall()),
                        Math.max(one.precision(), one.recall())));
    // A class that nobody has and nobody was taken for.
    assertThat(figures.get(4)).isEqualTo(new ClassFigures(4, 0, 0, 0, 0));
  }

  @Test
  void predicted_ofATie_isTheFirst() {
    Predictions predictions = new Predictions(3, 1);
    predictions.add(1, new float[] {0.2f, 0.4f, 0.4f}, 0);
    assertThat(predictions.predicted(0)).isEqualTo(1);
  }

  @Test
  void predictions_ofAClassThatIsNot_areRefused() {
    Predictions predictions = new Predictions(2, 1);
    assertThatThrownBy(() -> predictions.add(2, new float[] {1, 0}, 0))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatIllegalArgumentException().isThrownBy(() -> new ConfusionMatrix(2, List.of(1L)));
  }

  /** Pairs of label and predicted class, each sure. */
  static Predictions predictions(int classes, int[]... pairs) {
    Predictions predictions = new Predictions(classes, pairs.length);
    for (int[] pair : pairs) {
      float[] row = new float[classes];
      row[pair[1]] = 1;
      predictions.add(pair[0], row, 0);
    }
    return predictions;
  }
}
