package dev.millrace.server.evaluation.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class PairedDifferenceTest {
  private static final double TWO_SIDED = 1.959963984540054;

  /** The first row of Newcombe's table of worked examples. */
  @Test
  void of_newcombesExample_isHisInterval() {
    PairedDifference difference = PairedDifference.of(new McNemar(20, 12, 2, 16), TWO_SIDED);
    assertThat(difference.value()).isCloseTo(0.2, within(1e-12));
    assertThat(difference.lower()).isCloseTo(0.0562, within(5e-5));
    assertThat(difference.upper()).isCloseTo(0.3292, within(5e-5));
  }

  @Test
  void of_modelsThatAgreeOnAll_isNarrowAroundZero() {
    PairedDifference difference = PairedDifference.of(new McNemar(4930, 0, 0, 70), 1.6448536);
    assertThat(difference.value()).isZero();
    assertThat(difference.lower()).isBetween(-0.001, 0.0);
    assertThat(difference.upper()).isBetween(0.0, 0.001);
  }

  @Test
  void of_swappedModels_isTheSameTurnedAround() {
    PairedDifference one = PairedDifference.of(new McNemar(900, 40, 20, 40), TWO_SIDED);
    PairedDifference other = PairedDifference.of(new McNemar(900, 20, 40, 40), TWO_SIDED);
    assertThat(other.lower()).isCloseTo(-one.upper(), within(1e-12));
    assertThat(other.upper()).isCloseTo(-one.lower(), within(1e-12));
  }

  @Test
  void of_noExamples_saysNothing() {
    assertThat(PairedDifference.of(new McNemar(0, 0, 0, 0), TWO_SIDED))
        .isEqualTo(new PairedDifference(0, -1, 1));
  }

  /** The share of trials in which the interval holds the true difference is near its confidence. */
  @Test
  void of_manySamples_coversAsOftenAsItSays() {
    java.util.Random random = new java.util.Random(3);
    int covered = 0;
    int trials = 2000;
    for (int trial = 0; trial < trials; trial++) {
      long[] counts = new long[4];
      for (int i = 0; i < 500; i++) {
        double u = random.nextDouble();
        counts[u < 0.9 ? 0 : u < 0.94 ? 1 : u < 0.96 ? 2 : 3]++;
      }
      PairedDifference difference =
          PairedDifference.of(new McNemar(counts[0], counts[1], counts[2], counts[3]), TWO_SIDED);
      covered += difference.lower() <= 0.02 && 0.02 <= difference.upper() ? 1 : 0;
    }
    assertThat((double) covered / trials).isBetween(0.93, 0.975);
  }
}
