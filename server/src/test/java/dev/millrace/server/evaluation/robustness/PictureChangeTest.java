package dev.millrace.server.evaluation.robustness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.server.testing.Digits;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

class PictureChangeTest {
  private static final Offset<Float> EXACT = within(1e-6f);
  private static final Digits DIGITS = Digits.ofTestSet();

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "FGSM")
  void change_ofADigit_staysInRangeRepeatsAndGrows(Disturbance disturbance) {
    float[] digit = DIGITS.pixels(0);
    float[] before = digit.clone();
    double last = 0;
    for (double strength : disturbance.strengths()) {
      double sum = 0;
      for (int seed = 0; seed < 20; seed++) {
        PictureChange change = PictureChange.of(disturbance, strength);
        float[] once = change.apply(digit, 28, 28, new SplittableRandom(seed));
        float[] again = change.apply(digit, 28, 28, new SplittableRandom(seed));
        assertThat(once).isEqualTo(again).hasSize(784);
        for (float pixel : once) {
          assertThat(pixel).isBetween(0f, 1f);
        }
        sum += distance(digit, once);
      }
      assertThat(sum).as(disturbance + " " + strength).isGreaterThan(last);
      last = sum;
    }
    assertThat(digit).isEqualTo(before);
  }

  @Test
  void noise_ofGrey_hasItsDeviation() {
    float[] grey = new float[10_000];
    Arrays.fill(grey, 0.5f);
    float[] noisy = new Noise(0.1).apply(grey, 100, 100, new SplittableRandom(1));
    assertThat(Math.sqrt(distance(grey, noisy) / noisy.length)).isCloseTo(0.1, within(0.005));
    assertThat(Brightness.mean(noisy)).isCloseTo(0.5, within(0.005));
  }

  @Test
  void blur_ofAPoint_keepsItsLightAndMirrors() {
    float[] point = new float[21 * 21];
    point[10 * 21 + 10] = 1;
    float[] blurred = new Blur(1).apply(point, 21, 21, new SplittableRandom(1));
    assertThat(Brightness.mean(blurred) * blurred.length).isCloseTo(1, within(1e-4));
    assertThat(blurred[10 * 21 + 9]).isCloseTo(blurred[10 * 21 + 11], EXACT);
    assertThat(blurred[9 * 21 + 10]).isCloseTo(blurred[10 * 21 + 11], EXACT);
    // The middle of a Gaussian with a deviation of one, cut off at three: 0.39905^2.
    assertThat(blurred[10 * 21 + 10]).isCloseTo(0.15924f, within(1e-4f));
  }

  @Test
  void contrast_toAHalf_halvesTheDistancesFromTheMean() {
    float[] changed =
        new Contrast(0.5).apply(new float[] {0, 0.5f, 1}, 1, 3, new SplittableRandom(1));
    assertThat(changed).containsExactly(new float[] {0.25f, 0.5f, 0.75f}, EXACT);
  }

  @Test
  void shift_ofAPoint_movesItByItsDistance() {
    float[] point = new float[21 * 21];
    point[10 * 21 + 10] = 1;
    float[] moved = new Shift(3).apply(point, 21, 21, new SplittableRandom(4));
    double y = 0;
    double x = 0;
    double light = 0;
    for (int i = 0; i < moved.length; i++) {
      light += moved[i];
      y += moved[i] * (i / 21 - 10);
      x += moved[i] * (i % 21 - 10);
    }
    assertThat(light).isCloseTo(1, within(1e-5));
    assertThat(Math.hypot(y, x)).isCloseTo(3, within(1e-5));
  }

  @Test
  void rotation_byAQuarter_movesARowToAColumn() {
    float[] row = {0, 0, 0, 1, 1, 1, 0, 0, 0};
    float[] turned = new Rotation(90).apply(row, 3, 3, new SplittableRandom(2));
    assertThat(turned).containsExactly(new float[] {0, 1, 0, 0, 1, 0, 0, 1, 0}, EXACT);
  }

  @Test
  void change_ofFgsm_needsAModel() {
    assertThatIllegalArgumentException().isThrownBy(() -> PictureChange.of(Disturbance.FGSM, 0.1));
  }

  private static double distance(float[] one, float[] other) {
    double sum = 0;
    for (int i = 0; i < one.length; i++) {
      sum += Math.pow(one[i] - other[i], 2);
    }
    return sum;
  }
}
