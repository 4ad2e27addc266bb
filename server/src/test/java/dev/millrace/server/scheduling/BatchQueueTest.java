package dev.millrace.server.scheduling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.Priority;
import dev.millrace.server.model.ServingException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BatchQueueTest {
  private final QueueRig rig = new QueueRig(1);
  private final Lane lane = QueueRig.lane("a");

  @Test
  void poll_emptyQueue_isNothing() {
    assertThat(rig.queue.poll()).isNull();
  }

  @Test
  void poll_oneWaits_isTakenAtOnce() {
    rig.submit(FakeWork.of("1", lane));
    assertThat(rig.next()).containsExactly("1");
  }

  @Test
  void poll_moreWaitThanARunTakes_isFilledInOrder() {
    for (int i = 1; i <= 6; i++) {
      rig.submit(FakeWork.of("" + i, lane));
    }
    assertThat(rig.next()).containsExactly("1", "2", "3", "4");
    assertThat(rig.next()).containsExactly("5", "6");
    assertThat(rig.queue.length()).isZero();
  }

  @Test
  void poll_pieceThatDoesNotFit_isLeftForTheNextRun() {
    rig.submit(FakeWork.of("3 rows", lane, 3), FakeWork.of("2 rows", lane, 2));
    rig.submit(FakeWork.of("1 row", lane, 1));
    assertThat(rig.next()).containsExactly("3 rows", "1 row");
    assertThat(rig.next()).containsExactly("2 rows");
  }

  @Test
  void poll_twoLanes_neverShareARun() {
    Lane other = QueueRig.lane("b");
    rig.submit(FakeWork.of("a1", lane));
    rig.pass(Duration.ofMillis(1));
    rig.submit(FakeWork.of("b1", other), FakeWork.of("a2", lane));
    assertThat(rig.next()).containsExactly("a1", "a2");
    assertThat(rig.next()).containsExactly("b1");
  }

  @Test
  void poll_urgentWorkInAnotherLane_goesFirst() {
    rig.submit(FakeWork.of("old", lane));
    rig.pass(Duration.ofMillis(1));
    rig.submit(rig.work("urgent", QueueRig.lane("b"), Priority.HIGH, Duration.ofSeconds(9)));
    assertThat(rig.next()).containsExactly("urgent");
    assertThat(rig.next()).containsExactly("old");
  }

  @Test
  void poll_urgentWorkInTheSameLane_headsTheRun() {
    rig.submit(FakeWork.of("1", lane));
    rig.submit(rig.work("low", lane, Priority.LOW, Duration.ofSeconds(9)));
    rig.submit(rig.work("high", lane, Priority.HIGH, Duration.ofSeconds(9)));
    assertThat(rig.next()).containsExactly("high", "1", "low");
  }

  @Test
  void poll_laneWithDelay_waitsForCompanyOrTheDelay() {
    Lane patient =
        QueueRig.lane("p", new BatchRule(2, Duration.ofMillis(5), false), QueueRig.MEASURED);
    rig.submit(FakeWork.of("1", patient));
    assertThat(rig.next()).isEmpty();
    rig.submit(FakeWork.of("2", patient));
    assertThat(rig.next()).containsExactly("1", "2");
    rig.submit(FakeWork.of("3", patient));
    rig.pass(Duration.ofMillis(5));
    assertThat(rig.next()).containsExactly("3");
  }

  @Test
  void poll_exclusiveLane_startsNoSecondRun() {
    Lane exclusive = QueueRig.lane("e", BatchRule.alone(true), QueueRig.MEASURED);
    rig.submit(FakeWork.of("1", exclusive), FakeWork.of("2", exclusive));
    Batch<FakeWork> first = rig.take();
    assertThat(rig.next()).isEmpty();
    rig.queue.done(first);
    assertThat(rig.next()).containsExactly("2");
  }

  @Test
  void poll_cancelledAndExpiredWork_isDroppedAndNeverRuns() {
    FakeWork gone = FakeWork.of("gone", lane);
    rig.submit(gone, rig.work("expired", lane, Priority.NORMAL, Duration.ofMillis(50)));
    rig.submit(FakeWork.of("good", lane));
    gone.cancel();
    rig.pass(Duration.ofMillis(60));
    Batch<FakeWork> batch = rig.take();
    assertThat(QueueRig.names(batch)).containsExactly("good");
    assertThat(batch.dropped())
        .extracting(dropped -> dropped.waiting().work() + " " + dropped.why())
        .containsExactly("gone CANCELLED", "expired EXPIRED");
    assertThat(rig.queue.bytes()).isEqualTo(100);
    rig.queue.done(batch);
    assertThat(rig.queue.bytes()).isZero();
  }

  @Test
  void poll_backlogAndTightDeadline_dropsWhatCannotBeDoneInTime() {
    FakeWork tight = rig.work("tight", lane, Priority.NORMAL, Duration.ofMillis(3));
    rig.submit(tight);
    for (int i = 1; i <= 5; i++) {
      rig.submit(FakeWork.of("" + i, lane));
    }
    rig.pass(Duration.ofMillis(2));
    Batch<FakeWork> batch = rig.take();
    assertThat(QueueRig.names(batch)).containsExactly("1", "2", "3", "4");
    assertThat(batch.dropped()).extracting(Batch.Dropped::why).containsExactly(DropReason.TOO_LATE);
  }

  @Test
  void poll_noBacklogAndTightDeadline_keepsTheRunSmall() {
    rig.submit(rig.work("tight", lane, Priority.NORMAL, Duration.ofMillis(2)));
    rig.submit(FakeWork.of("1", lane), FakeWork.of("2", lane));
    rig.pass(Duration.ofMillis(1));
    assertThat(rig.next()).containsExactly("tight");
    assertThat(rig.next()).containsExactly("1", "2");
  }

  @Test
  void submit_deadlineTooNearForTheWait_isRefusedAtOnce() {
    for (int i = 0; i < 8; i++) {
      rig.submit(FakeWork.of("" + i, lane));
    }
    assertRefused(
        rig.work("late", lane, Priority.NORMAL, Duration.ofMillis(8)),
        ErrorReason.DEADLINE_EXPIRED);
    rig.submit(rig.work("in time", lane, Priority.NORMAL, Duration.ofMillis(10)));
    assertThat(rig.reports).containsExactly("dropped TOO_LATE");
  }

  @Test
  void submit_highPriority_waitsOnlyForItsEquals() {
    for (int i = 0; i < 8; i++) {
      rig.submit(FakeWork.of("" + i, lane));
    }
    rig.submit(rig.work("high", lane, Priority.HIGH, Duration.ofMillis(3)));
    assertThat(rig.next()).startsWith("high");
  }

  @Test
  void submit_severalPieces_areTakenOnTogetherOrNotAtAll() {
    QueueRig small = new QueueRig(1, 1000);
    small.submit(FakeWork.of("first", lane, 4));
    List<FakeWork> pieces = List.of(FakeWork.of("a", lane, 4), FakeWork.of("b", lane, 4));
    assertThatThrownBy(() -> small.queue.submit(pieces)).isInstanceOf(ServingException.class);
    assertThat(small.queue.length()).isEqualTo(1);
    assertThat(small.reports).containsExactly("shed");
  }

  @Test
  void submit_aloneAndLargerThanTheBudget_isTakenOn() {
    QueueRig small = new QueueRig(1, 10);
    small.submit(FakeWork.of("large", lane, 4));
    assertThat(small.next()).containsExactly("large");
  }

  @Test
  void close_workWaits_itStillComesOutAndNothingNewGoesIn() {
    rig.submit(FakeWork.of("1", lane));
    rig.queue.close();
    assertRefused(FakeWork.of("2", lane), ErrorReason.DRAINING);
    assertThat(rig.queue.take()).isNotNull();
    assertThat(rig.queue.take()).isNull();
  }

  private void assertRefused(FakeWork work, ErrorReason reason) {
    assertThatThrownBy(() -> rig.submit(work))
        .isInstanceOfSatisfying(
            ServingException.class, error -> assertThat(error.reason()).isEqualTo(reason));
  }
}
