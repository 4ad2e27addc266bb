package dev.millrace.server.evaluation.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class LogLossTest {
  @Test
  void logLoss_ofTwoExamples_isTheMeanByHand() {
    Predictions predictions = new Predictions(2, 2);
    predictions.add(0, new float[] {0.75f, 0.25f}, 0);
    predictions.add(1, new float[] {0.5f, 0.5f}, 0);
    assertThat(LogLoss.of(predictions))
        .isCloseTo((-Math.log(0.75) - Math.log(0.5)) / 2, within(1e-12));
  }

  @Test
  void logLoss_ofASureError_isFinite() {
    Predictions predictions = ClassFiguresTest.predictions(2, new int[] {0, 1});
    assertThat(LogLoss.of(predictions)).isCloseTo(-Math.log(Math.ulp(1.0)), within(1e-9));
  }

  @Test
  void logLoss_ofNothing_isZero() {
    assertThat(LogLoss.of(new Predictions(2, 0))).isZero();
  }

  @Test
  void logLoss_ofEqualProbabilities_isTheLogarithmOfTheClasses() {
    Predictions predictions = new Predictions(4, 3);
    for (int i = 0; i < 3; i++) {
      predictions.add(i, new float[] {0.25f, 0.25f, 0.25f, 0.25f}, 0);
    }
    assertThat(LogLoss.of(predictions)).isCloseTo(Math.log(4), within(1e-12));
  }
}
