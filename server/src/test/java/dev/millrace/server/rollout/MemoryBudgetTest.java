package dev.millrace.server.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.model.ModelName;
import dev.millrace.server.rollout.MemoryBudget.Decision;
import dev.millrace.server.rollout.MemoryBudget.Held;
import dev.millrace.server.rollout.MemoryBudget.Hold;
import java.util.List;
import org.junit.jupiter.api.Test;

final class MemoryBudgetTest {
  private static final ModelName A = new ModelName("a");
  private static final ModelName B = new ModelName("b");
  private static final ModelName C = new ModelName("c");

  @Test
  void decide_roomIsFree_fits() {
    assertThat(decide(40, idle(A, 60, 1))).isEqualTo(new Decision.Fits());
    assertThat(decide(100)).isEqualTo(new Decision.Fits());
  }

  @Test
  void decide_short_leastRecentlyUsedIdleModelsGo() {
    assertThat(decide(30, idle(A, 40, 3), idle(B, 40, 1), idle(C, 10, 2)))
        .isEqualTo(new Decision.Evict(List.of(B)));
    assertThat(decide(70, idle(A, 40, 3), idle(B, 40, 1), idle(C, 10, 2)))
        .isEqualTo(new Decision.Evict(List.of(B, C, A)));
  }

  @Test
  void decide_modelWithAVersionThatStays_stays() {
    Held kept = new Held(A, 10, Hold.KEPT, 1);
    assertThat(decide(80, kept, idle(A, 40, 1))).isEqualTo(new Decision.Short(50));
  }

  @Test
  void decide_roomIsOnItsWay_waits() {
    assertThat(decide(80, new Held(A, 60, Hold.MOVING, 1))).isEqualTo(new Decision.Later());
    assertThat(decide(80, new Held(A, 30, Hold.MOVING, 1), idle(B, 50, 1)))
        .isEqualTo(new Decision.Later());
  }

  @Test
  void decide_moreThanAll_isShort() {
    assertThat(decide(101, idle(A, 40, 1))).isEqualTo(new Decision.Short(60));
    assertThat(decide(1, new Held(A, 120, Hold.KEPT, 1))).isEqualTo(new Decision.Short(0));
  }

  private static Decision decide(long need, Held... held) {
    return MemoryBudget.decide(100, need, List.of(held));
  }

  private static Held idle(ModelName model, long bytes, long lastLease) {
    return new Held(model, bytes, Hold.IDLE, lastLease);
  }
}
