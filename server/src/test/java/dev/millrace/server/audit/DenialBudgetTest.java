package dev.millrace.server.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** How many refusals are written down. */
final class DenialBudgetTest {
  private final AtomicLong nanos = new AtomicLong();
  private final DenialBudget budget = new DenialBudget(3, 2, nanos::get);

  @Test
  void tryTake_burstUsedUp_leavesOutAndCounts() {
    assertThat(taken(5)).isEqualTo(3);
    assertThat(budget.takeLeftOut()).isEqualTo(2);
    assertThat(budget.takeLeftOut()).isZero();
    budget.leaveOut(4);
    assertThat(budget.takeLeftOut()).isEqualTo(4);
  }

  @Test
  void tryTake_afterTime_takesByTheRateUpToTheBurst() {
    taken(3);
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
    assertThat(taken(5)).isEqualTo(2);
    nanos.addAndGet(TimeUnit.HOURS.toNanos(1));
    assertThat(taken(5)).isEqualTo(3);
  }

  private int taken(int tries) {
    int taken = 0;
    for (int i = 0; i < tries; i++) {
      taken += budget.tryTake() ? 1 : 0;
    }
    return taken;
  }
}
