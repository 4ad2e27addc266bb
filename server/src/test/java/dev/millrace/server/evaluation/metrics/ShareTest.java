package dev.millrace.server.evaluation.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ShareTest {
  /** The figures of statsmodels' {@code proportion_confint(9, 10, method="wilson")}. */
  @Test
  void interval_nineOfTen_isWilsons() {
    Share share = new Share(9, 10);
    assertThat(share.value()).isEqualTo(0.9);
    assertThat(share.lower()).isCloseTo(0.5958499732, within(1e-9));
    assertThat(share.upper()).isCloseTo(0.9821237869, within(1e-9));
  }

  @Test
  void interval_allOrNone_isNoPoint() {
    assertThat(new Share(10, 10).upper()).isEqualTo(1);
    assertThat(new Share(10, 10).lower()).isCloseTo(0.7224672001, within(1e-9));
    assertThat(new Share(0, 10).lower()).isZero();
    assertThat(new Share(0, 10).upper()).isCloseTo(0.2775327999, within(1e-9));
  }

  @Test
  void interval_ofNothing_isEverything() {
    assertThat(new Share(0, 0).value()).isZero();
    assertThat(new Share(0, 0).lower()).isZero();
    assertThat(new Share(0, 0).upper()).isEqualTo(1);
  }

  @Test
  void interval_ofAnyCounts_holdsTheShareAndMirrors() {
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < 1000; i++) {
      long of = random.nextLong(1, 100_000);
      long hits = random.nextLong(0, of + 1);
      Share share = new Share(hits, of);
      Share mirrored = new Share(of - hits, of);
      assertThat(share.lower()).isBetween(0.0, share.value());
      assertThat(share.upper()).isBetween(share.value(), 1.0);
      assertThat(share.lower()).isCloseTo(1 - mirrored.upper(), within(1e-9));
    }
  }

  @Test
  void share_ofMoreThanAll_isRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> new Share(3, 2));
    assertThatIllegalArgumentException().isThrownBy(() -> new Share(-1, 2));
  }
}
