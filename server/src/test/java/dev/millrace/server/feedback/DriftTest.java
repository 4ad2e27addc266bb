package dev.millrace.server.feedback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class DriftTest {
  @Test
  void psi_ofTheSameShares_isNearZeroAndGrowsWithTheShift() {
    long[] reference = {1000, 1000, 1000, 1000};
    assertThat(Drift.psi(reference, new long[] {100, 100, 100, 100})).isCloseTo(0, within(1e-9));
    double little = Drift.psi(reference, new long[] {120, 100, 100, 80});
    double much = Drift.psi(reference, new long[] {300, 50, 30, 20});
    assertThat(little).isBetween(0.01, 0.1);
    assertThat(much).isGreaterThan(0.25);
  }

  /** Shares of 0.25 and 0.75 against 0.5 each: (0.25 ln 0.5) (-1) and 0.25 ln 1.5 added. */
  @Test
  void psi_ofManyObservations_isTheFormula() {
    assertThat(Drift.psi(new long[] {500_000, 500_000}, new long[] {250_000, 750_000}))
        .isCloseTo(0.25 * Math.log(2) + 0.25 * Math.log(1.5), within(1e-4));
  }

  @Test
  void psi_withEmptyBins_isFinite() {
    assertThat(Drift.psi(new long[] {10, 0}, new long[] {0, 10})).isGreaterThan(1).isFinite();
    assertThat(Drift.psi(new long[] {0, 0}, new long[] {0, 10})).isNaN();
    assertThat(Drift.psi(new long[0], new long[0])).isNaN();
  }

  @Test
  void ks_ofShiftedBins_isTheLargestDifferenceOfTheSums() {
    assertThat(Drift.ks(new long[] {5, 5, 0}, new long[] {0, 5, 5})).isCloseTo(0.5, within(1e-12));
    assertThat(Drift.ks(new long[] {1, 2, 3}, new long[] {10, 20, 30})).isZero();
    assertThat(Drift.ks(new long[] {1}, new long[] {0})).isNaN();
  }

  /** SciPy: kstwo-free limit, special.kolmogorov(1.36) is 0.0495. */
  @Test
  void ksPValue_atTheWellKnownQuantile_isFivePercent() {
    double n = 1_000_000;
    assertThat(Drift.ksPValue(1.3581 / Math.sqrt(n / 2), (long) n, (long) n))
        .isCloseTo(0.05, within(2e-3));
    assertThat(Drift.ksPValue(0, 10, 10)).isEqualTo(1);
    assertThat(Drift.ksPValue(Double.NaN, 10, 10)).isNaN();
  }

  @Test
  void ksPValue_ofSamplesWithoutDrift_isSeldomSmall() {
    Random random = new Random(7);
    int alarms = 0;
    for (int trial = 0; trial < 500; trial++) {
      long[] one = new long[20];
      long[] other = new long[20];
      for (int i = 0; i < 400; i++) {
        one[random.nextInt(20)]++;
        other[random.nextInt(20)]++;
      }
      alarms += Drift.ksPValue(Drift.ks(one, other), 400, 400) < 0.05 ? 1 : 0;
    }
    assertThat(alarms / 500.0).isLessThan(0.06);
  }
}
