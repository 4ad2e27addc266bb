package dev.millrace.server.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SequentialTestTest {
  private static final int INTERVALS = 120;
  private static final int RUNS = 2000;

  @ParameterizedTest
  @ValueSource(doubles = {0.001, 0.02, 0.2, 0.6})
  void add_rateAtTheLimit_falseAlarmsStayBelowTheBound(double limit) {
    int alarms = 0;
    for (int seed = 0; seed < RUNS; seed++) {
      alarms += crossedAfter(new Random(seed), limit, limit, 50) <= INTERVALS ? 1 : 0;
    }
    // Twice what is expected at most: the bound is on the probability.
    assertThat(alarms).isLessThanOrEqualTo((int) (2 * SequentialTest.FALSE_ALARMS * RUNS) + 1);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.02, 0.2})
  void add_threeTimesTheLimit_isFoundSoon(double limit) {
    for (int seed = 0; seed < 200; seed++) {
      assertThat(crossedAfter(new Random(seed), limit, 3 * limit, 200)).isBetween(3, 20);
    }
  }

  @Test
  void add_oneTerribleIntervalAmongGoodOnes_isNotEnough() {
    SequentialTest test = new SequentialTest(0.02, INTERVALS);
    test.add(100_000, 100_000);
    assertThat(test.isCrossed()).isFalse();
    test.add(1000, 10);
    assertThat(test.statistic()).isLessThan(0.35 * test.threshold());
    assertThat(test.isCrossed()).isFalse();
  }

  @Test
  void add_terribleIntervals_areThreeAtLeast() {
    SequentialTest test = new SequentialTest(0.02, INTERVALS);
    test.add(100_000, 100_000);
    test.add(100_000, 100_000);
    assertThat(test.isCrossed()).isFalse();
    test.add(100_000, 100_000);
    assertThat(test.isCrossed()).isTrue();
    assertThat(test.evidence()).isEqualTo(new SequentialTest.Evidence(300_000, 300_000, 3));
  }

  @Test
  void add_badAfterLongBeingGood_isFoundAsSoonAsFromTheStart() {
    SequentialTest test = new SequentialTest(0.02, INTERVALS);
    for (int i = 0; i < 100; i++) {
      test.add(1000, 1);
    }
    assertThat(test.statistic()).isZero();
    for (int i = 0; i < 3; i++) {
      test.add(1000, 300);
    }
    assertThat(test.isCrossed()).isTrue();
    assertThat(test.evidence().rate()).isEqualTo(0.3);
  }

  @Test
  void add_nothingHappens_changesNothing() {
    SequentialTest test = new SequentialTest(0, INTERVALS);
    for (int i = 0; i < INTERVALS; i++) {
      test.add(0, 0);
    }
    assertThat(test.evidence()).isEqualTo(SequentialTest.Evidence.NONE);
    assertThat(test.limit()).isPositive();
    assertThat(new SequentialTest(1, 1).limit()).isLessThan(1);
  }

  /** The interval in which the test crosses; one more than there are if it does not. */
  private static int crossedAfter(Random random, double limit, double rate, int events) {
    SequentialTest test = new SequentialTest(limit, INTERVALS);
    for (int interval = 1; interval <= INTERVALS; interval++) {
      int bad = 0;
      for (int i = 0; i < events; i++) {
        bad += random.nextDouble() < rate ? 1 : 0;
      }
      test.add(events, bad);
      if (test.isCrossed()) {
        return interval;
      }
    }
    return INTERVALS + 1;
  }
}
