package dev.millrace.server.tensorflow.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What a confusion says of examples that are counted by hand. */
final class ConfusionTest {
  @Test
  void figures_ofCountedExamples_areTheirShares() {
    Confusion confusion = new Confusion(3);
    confusion.add(0, 0);
    confusion.add(0, 0);
    confusion.add(0, 2);
    confusion.add(2, 2);

    assertThat(confusion.accuracy()).isEqualTo(0.75);
    assertThat(confusion.share(0, 2)).isEqualTo(1 / 3.0);
    assertThat(confusion.share(2, 2)).isEqualTo(1);
    assertThat(confusion.share(1, 1)).as("of a class that is not there").isZero();
  }

  @Test
  void accuracy_ofNoExamples_isNoNumber() {
    assertThat(new Confusion(2).accuracy()).isNaN();
  }
}
