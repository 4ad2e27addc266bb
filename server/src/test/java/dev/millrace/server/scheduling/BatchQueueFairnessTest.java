package dev.millrace.server.scheduling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.server.model.Priority;
import dev.millrace.server.model.ServingException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Nothing waits for ever: not the low, not the large, not the late, not a model after a bad run.
 */
final class BatchQueueFairnessTest {
  private final QueueRig rig = new QueueRig(1);
  private final Lane lane = QueueRig.lane("a");

  @Test
  void poll_lowAmongEndlessNormal_comesOutAfterFourTimesTheLongestWait() {
    rig.submit(rig.work("low", lane, Priority.LOW, Duration.ofHours(2)));
    assertThat(roundsUntil("low", lane)).isBetween(1000, 1010);
  }

  @Test
  void poll_lowInAnotherLaneThanEndlessNormal_comesOutAfterFourTimesTheLongestWait() {
    rig.submit(rig.work("low", QueueRig.lane("b"), Priority.LOW, Duration.ofHours(2)));
    assertThat(roundsUntil("low", lane)).isBetween(1000, 1010);
  }

  @Test
  void poll_fullLaneAheadOfAnother_isLeftWhenItsOldestIsYounger() {
    Lane huge = QueueRig.lane("huge");
    for (int i = 0; i < 40; i++) {
      rig.submit(FakeWork.of("huge", huge));
    }
    rig.pass(Duration.ofMillis(1));
    rig.submit(FakeWork.of("small", lane));
    rig.pass(Duration.ofMillis(1));
    for (int i = 0; i < 40; i++) {
      rig.submit(FakeWork.of("later", huge));
    }
    for (int i = 0; i < 10; i++) {
      assertThat(rig.next()).containsOnly("huge");
    }
    assertThat(rig.next()).containsExactly("small");
  }

  @Test
  void poll_pieceThatDoesNotFit_isNotPassedTwice() {
    rig.submit(FakeWork.of("3", lane, 3), FakeWork.of("large", lane, 4), FakeWork.of("1", lane));
    rig.submit(FakeWork.of("1", lane));
    assertThat(rig.next()).containsExactly("3", "1");
    assertThat(rig.next()).containsExactly("large");
  }

  @Test
  void poll_expiredAndCancelledByTheTransport_isDroppedAsExpired() {
    FakeWork late = rig.work("late", lane, Priority.NORMAL, Duration.ofMillis(50));
    rig.submit(late);
    rig.pass(Duration.ofMillis(60));
    late.cancel();
    assertThat(rig.take().dropped())
        .extracting(Batch.Dropped::why)
        .containsExactly(DropReason.EXPIRED);
  }

  @Test
  void poll_delayLongerThanTheDeadlineAllows_isCutShort() {
    Lane patient =
        QueueRig.lane("p", new BatchRule(4, Duration.ofSeconds(1), false), QueueRig.MEASURED);
    rig.submit(rig.work("hasty", patient, Priority.NORMAL, Duration.ofMillis(5)));
    assertThat(rig.next()).isEmpty();
    rig.pass(Duration.ofMillis(2));
    assertThat(rig.next()).containsExactly("hasty");
  }

  @Test
  void submit_estimateOfBadFirstRuns_doesNotKeepRequestsAwayForEver() {
    Lane unmeasured = QueueRig.lane("u", BatchRule.alone(false), List.of());
    for (String name : List.of("first", "second")) {
      rig.submit(FakeWork.of(name, unmeasured));
      Batch<FakeWork> batch = rig.take();
      rig.pass(Duration.ofSeconds(2));
      rig.queue.done(batch);
    }
    assertThat(secondsUntilTaken(unmeasured, Duration.ofMillis(100))).isBetween(3, 10);
  }

  @Test
  void submit_estimateRaisedByABadMoment_fallsBackToWhatWasMeasured() {
    for (int i = 0; i < 20; i++) {
      rig.submit(FakeWork.of("slow", lane, 4));
      Batch<FakeWork> batch = rig.take();
      rig.pass(Duration.ofMillis(40));
      rig.queue.done(batch);
    }
    assertThat(lane.runTime().nanos(1)).isGreaterThan(5_000_000);
    assertThat(secondsUntilTaken(lane, Duration.ofMillis(3))).isBetween(2, 6);
    assertThat(secondsUntilTaken(lane, Duration.ofNanos(900_000))).isEqualTo(100);
  }

  /** Each millisecond a full run of normal work comes, and one run is taken. */
  private int roundsUntil(String name, Lane busy) {
    for (int round = 0; round < 5000; round++) {
      rig.submit(FakeWork.of("normal", busy, 4));
      rig.pass(Duration.ofMillis(1));
      Batch<FakeWork> batch = rig.take();
      rig.queue.done(batch);
      if (QueueRig.names(batch).contains(name)) {
        return round;
      }
    }
    throw new AssertionError(name + " starves");
  }

  /** One try a second; 100 when none of 100 is taken on. */
  private int secondsUntilTaken(Lane of, Duration deadline) {
    for (int second = 0; second < 100; second++) {
      try {
        rig.submit(rig.work("hasty", of, Priority.NORMAL, deadline));
        rig.queue.done(rig.take());
        return second;
      } catch (ServingException tooLate) {
        rig.pass(Duration.ofSeconds(1));
      }
    }
    assertThatThrownBy(() -> rig.submit(rig.work("hasty", of, Priority.NORMAL, deadline)))
        .isInstanceOf(ServingException.class);
    return 100;
  }
}
