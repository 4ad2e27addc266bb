package dev.millrace.server.inference.cache;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class CacheWorthTest {
  private static final long LOOKUP = 1_000;

  private final CacheWorth worth = new CacheWorth();

  @Test
  void isTried_savesMoreThanTwiceWhatItCosts_goesOn() {
    for (int i = 0; i < 10 * CacheWorth.TRIAL; i++) {
      assertThat(worth.isTried()).isTrue();
      worth.saved(21 * LOOKUP / 10);
      worth.lookedUp(0, LOOKUP);
    }
  }

  @Test
  void isTried_savesLessThanTwice_restsLongerEachTime() {
    long rest = CacheWorth.SHORTEST_REST;
    for (int i = 0; i < 5; i++) {
      trial(19 * LOOKUP / 10);
      assertThat(rests()).isEqualTo(rest * CacheWorth.TRIAL);
      rest = Math.min(CacheWorth.LONGEST_REST, 2 * rest);
    }
  }

  @Test
  void isTried_pays_restIsShortAgainAfterwards() {
    trial(0);
    rests();
    trial(100 * LOOKUP);
    assertThat(rests()).isZero();
    trial(0);
    assertThat(rests()).isEqualTo((long) CacheWorth.SHORTEST_REST * CacheWorth.TRIAL);
  }

  @Test
  void isTried_lookupsCostMuch_trialEndsAfterASecond() {
    int lookups = 0;
    while (worth.isTried()) {
      worth.lookedUp(10 << 20, 10_000_000);
      lookups++;
    }
    assertThat(lookups).isBetween(95, 105);
  }

  @Test
  void isTried_threadLosesItsCoreNowAndThen_isNotTheLookupsCost() {
    for (int i = 0; i < CacheWorth.TRIAL; i++) {
      worth.saved(4 * LOOKUP);
      worth.lookedUp(0, i % 100 == 50 ? 4_000_000 : LOOKUP);
    }
    assertThat(worth.isTried()).isTrue();
  }

  @Test
  void isTried_firstLookupLoadsClasses_trialGoesOn() {
    worth.lookedUp(100, 2_000_000_000);
    worth.spent(100, 2_000_000_000);
    worth.lookedUp(100, LOOKUP);
    assertThat(worth.isTried()).isTrue();
  }

  @Test
  void isTried_keepingCosts_counts() {
    for (int i = 0; i < CacheWorth.TRIAL; i++) {
      worth.saved(3 * LOOKUP);
      worth.spent(0, LOOKUP);
      worth.lookedUp(0, LOOKUP);
    }
    assertThat(worth.isTried()).isFalse();
  }

  private void trial(long savedPerLookup) {
    for (int i = 0; i < CacheWorth.TRIAL; i++) {
      assertThat(worth.isTried()).isTrue();
      worth.saved(savedPerLookup);
      worth.lookedUp(0, LOOKUP);
    }
  }

  private long rests() {
    long rests = 0;
    while (!worth.isTried()) {
      rests++;
    }
    return rests;
  }
}
