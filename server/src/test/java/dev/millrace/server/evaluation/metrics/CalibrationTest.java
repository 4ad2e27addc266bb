package dev.millrace.server.evaluation.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CalibrationTest {
  @Test
  void errors_ofTwoBins_areThoseByHand() {
    Predictions predictions = new Predictions(2, 4);
    predictions.add(0, new float[] {0.75f, 0.25f}, 0);
    predictions.add(1, new float[] {0.75f, 0.25f}, 0);
    predictions.add(0, new float[] {1, 0}, 0);
    predictions.add(0, new float[] {1, 0}, 0);
    Calibration calibration = Calibration.of(predictions);
    // Half of the examples claim 0.75 and are right by half; the others claim 1 and are right.
    assertThat(calibration.expectedError()).isCloseTo(0.125, within(1e-12));
    assertThat(calibration.maximumError()).isCloseTo(0.25, within(1e-12));
    assertThat(calibration.bins()).hasSize(15);
    Calibration.Bin last = calibration.bins().get(14);
    assertThat(last).isEqualTo(new Calibration.Bin(14 / 15.0, 1, 2, 1, 1));
    assertThat(calibration.bins().get(0)).isEqualTo(new Calibration.Bin(0, 1 / 15.0, 0, 0, 0));
  }

  @Test
  void bins_atAnEdge_takeTheUpperEnd() {
    Predictions predictions = new Predictions(5, 1);
    // 0.2 is the upper end of the third bin.
    predictions.add(0, new float[] {0.2f, 0.2f, 0.2f, 0.2f, 0.2f}, 0);
    long[] examples =
        Calibration.of(predictions).bins().stream().mapToLong(Calibration.Bin::examples).toArray();
    // The float nearest to 0.2 lies above it, as it does for NumPy.
    assertThat(examples[3]).isEqualTo(1);
  }

  @Test
  void errors_ofHonestProbabilities_areSmall() {
    SplittableRandom random = new SplittableRandom(11);
    Predictions predictions = new Predictions(2, 50_000);
    for (int i = 0; i < 50_000; i++) {
      float sure = (float) random.nextDouble(0.5, 1);
      predictions.add(random.nextDouble() < sure ? 0 : 1, new float[] {sure, 1 - sure}, 0);
    }
    assertThat(Calibration.of(predictions).expectedError()).isLessThan(0.01);
  }
}
