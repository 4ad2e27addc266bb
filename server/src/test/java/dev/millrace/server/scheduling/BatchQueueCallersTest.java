package dev.millrace.server.scheduling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.server.model.AdmissionSettings;
import dev.millrace.server.model.Caller;
import dev.millrace.server.model.Deadline;
import dev.millrace.server.model.Priority;
import dev.millrace.server.model.ServingException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Callers take turns, whatever one of them asks for, and one alone is served as ever. */
final class BatchQueueCallersTest {
  private static final int FLOOD = 100;

  private final QueueRig rig = new QueueRig(1);
  private final Lane lane = QueueRig.lane("a");

  @Test
  void poll_oneCallerFloods_anotherIsInTheNextRunAndRunsStayFull() {
    flood("greedy", lane, FLOOD);
    rig.submit(FakeWork.by("modest", lane, 1));
    assertThat(rig.next()).containsExactlyInAnyOrder("greedy", "greedy", "greedy", "modest");
    assertThat(rig.next()).hasSize(4).containsOnly("greedy");
  }

  @Test
  void poll_twoCallersFlood_eachHasHalfOfEachRun() {
    flood("first", lane, FLOOD);
    flood("second", lane, FLOOD);
    for (int run = 0; run < 40; run++) {
      assertThat(rig.next()).containsExactlyInAnyOrder("first", "first", "second", "second");
    }
  }

  @Test
  void poll_largePiecesBesideSmallOnes_areEqualInRows() {
    Lane wide = QueueRig.lane("w", new BatchRule(8, Duration.ZERO, false), QueueRig.MEASURED);
    for (int i = 0; i < 20; i++) {
      rig.submit(FakeWork.by("large", wide, 8));
    }
    flood("small", wide, 160);
    Map<String, Integer> rows = new HashMap<>();
    for (int run = 0; run < 20; run++) {
      rig.take()
          .work()
          .forEach(one -> rows.merge("" + one.work(), one.work().rows(), Integer::sum));
    }
    assertThat(Math.abs(rows.get("large") - rows.get("small"))).isLessThanOrEqualTo(16);
  }

  @Test
  void poll_pieceLargerThanItsCallersTurn_isReachedWithinItsTurns() {
    for (int caller = 0; caller < 4; caller++) {
      flood("small" + caller, lane, 40);
    }
    rig.submit(FakeWork.by("large", lane, 4));
    int run = 1;
    while (!rig.next().contains("large")) {
      run++;
    }
    assertThat(run).isLessThanOrEqualTo(5);
  }

  @Test
  void poll_floodInAnotherLane_doesNotGoFirstOnlyBecauseItIsOlder() {
    flood("greedy", lane, FLOOD);
    rig.pass(Duration.ofMillis(1));
    rig.submit(FakeWork.by("modest", QueueRig.lane("b"), 1));
    List<String> order = new ArrayList<>();
    order.addAll(rig.next());
    order.addAll(rig.next());
    assertThat(order).contains("modest");
  }

  @Test
  void poll_floodsInTwoLanes_takeTurns() {
    Lane other = QueueRig.lane("b");
    flood("first", lane, FLOOD);
    rig.pass(Duration.ofMillis(1));
    flood("second", other, FLOOD);
    Map<String, Integer> runs = new HashMap<>();
    for (int run = 0; run < 20; run++) {
      runs.merge(rig.next().get(0), 1, Integer::sum);
    }
    assertThat(runs).containsEntry("first", 10).containsEntry("second", 10);
  }

  @Test
  void poll_callerWithManyLanes_hasNoMoreThanAnother() {
    for (int i = 0; i < 10; i++) {
      flood("greedy", QueueRig.lane("g" + i), 20);
    }
    rig.pass(Duration.ofMillis(1));
    flood("modest", lane, 20);
    int greedy = 0;
    for (int modest = 0; modest < 5; ) {
      modest += rig.next().contains("modest") ? 1 : 0;
      greedy++;
    }
    assertThat(greedy).isLessThanOrEqualTo(11);
  }

  @Test
  void poll_endlessNewCallers_keepNobodyWaiting() {
    flood("patient", lane, 8);
    int served = 0;
    for (int round = 0; served < 8; round++) {
      assertThat(round).as("rounds").isLessThan(60);
      for (int i = 0; i < 4; i++) {
        rig.submit(FakeWork.by("new" + round + "-" + i, lane, 1));
      }
      served += Collections.frequency(rig.next(), "patient");
    }
  }

  @Test
  void poll_cancelledWorkOfACaller_costsItNoTurn() {
    FakeWork gone = FakeWork.by("first", lane, 1);
    rig.submit(gone, FakeWork.by("first", lane, 1), FakeWork.by("first", lane, 1));
    rig.submit(FakeWork.by("second", lane, 1), FakeWork.by("second", lane, 1));
    rig.submit(FakeWork.by("second", lane, 1));
    gone.cancel();
    Batch<FakeWork> batch = rig.take();
    assertThat(QueueRig.names(batch))
        .containsExactlyInAnyOrder("first", "first", "second", "second");
    assertThat(batch.dropped()).hasSize(1);
  }

  @Test
  void poll_deadlineOfOneCaller_leavesItsTurnToOthers() {
    flood("greedy", lane, 3);
    rig.submit(
        new FakeWork(
            "hasty", lane, 1, Priority.NORMAL, rig.in(Duration.ofMillis(60)), new Caller("hasty")));
    rig.pass(Duration.ofMillis(61));
    Batch<FakeWork> batch = rig.take();
    assertThat(QueueRig.names(batch)).containsExactly("greedy", "greedy", "greedy");
    assertThat(batch.dropped()).hasSize(1);
  }

  @Test
  void submit_queueThatOneCallerHasFilled_takesAnothersRequestOn() {
    int greedy = floodUntilRefused(lane);
    assertThat(greedy).isBetween(400, 600);
    rig.submit(
        new FakeWork(
            "modest",
            lane,
            1,
            Priority.NORMAL,
            rig.in(Duration.ofMillis(30)),
            new Caller("modest")));
    assertThat(rig.next()).contains("modest");
  }

  @Test
  void submit_anotherLaneThanTheFullOne_takesAnothersRequestOn() {
    floodUntilRefused(lane);
    Lane other = QueueRig.lane("b");
    rig.submit(FakeWork.by("modest", other, 1));
    List<String> two = new ArrayList<>(rig.next());
    two.addAll(rig.next());
    assertThat(two).contains("modest");
  }

  @Test
  void submit_modelThatOneCallerHasFilledByNumber_hasRoomForAQuarterMoreNewcomers() {
    Lane tight =
        QueueRig.lane(
            "t",
            new BatchRule(4, Duration.ZERO, false),
            new AdmissionSettings(8, 1 << 20, Duration.ofMinutes(1)),
            QueueRig.MEASURED);
    flood("greedy", tight, 8);
    assertRefused(FakeWork.by("greedy", tight, 1));
    rig.submit(FakeWork.by("modest", tight, 1));
    assertRefused(FakeWork.by("modest", tight, 1));
    rig.submit(FakeWork.by("third", tight, 1));
    assertRefused(FakeWork.by("fourth", tight, 1));
  }

  @Test
  void submit_twoCallersThatFloodTogether_areEachLetInToTheSameWait() {
    int first = floodUntilRefused(lane);
    int second = 0;
    while (isTaken(FakeWork.by("second", lane, 1))) {
      second++;
    }
    assertThat(second).isBetween(first / 3, first);
  }

  /** Work of one caller comes out as if nobody had thought of callers: by age, and all of it. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void poll_oneCallerAlone_isAPlainQueue(long seed) {
    Random random = new Random(seed);
    Deque<String> expected = new ArrayDeque<>();
    int named = 0;
    for (int step = 0; step < 400; step++) {
      if (random.nextInt(3) > 0) {
        String name = "" + named++;
        rig.submit(FakeWork.of(name, lane));
        expected.add(name);
      } else {
        List<String> run = rig.next();
        assertThat(run).hasSize(Math.min(4, expected.size()));
        run.forEach(name -> assertThat(name).isEqualTo(expected.remove()));
      }
      rig.pass(Duration.ofNanos(random.nextInt(1000)));
    }
  }

  /** Whatever comes: all of it comes out once, each caller's in order, in fair and full runs. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void poll_manyCallers_eachHasItsShareOfFullRuns(long seed) {
    Random random = new Random(seed);
    int callers = 2 + random.nextInt(6);
    int each = 30 + random.nextInt(30);
    List<Integer> arrivals = new ArrayList<>();
    for (int caller = 0; caller < callers; caller++) {
      arrivals.addAll(Collections.nCopies(each, caller));
    }
    if (seed % 2 == 0) {
      Collections.shuffle(arrivals, random);
    }
    int[] named = new int[callers];
    for (int caller : arrivals) {
      String name = caller + ":" + named[caller]++;
      rig.submit(
          new FakeWork(
              name, lane, 1, Priority.NORMAL, Deadline.NONE, new Caller("caller" + caller)));
    }
    int[] served = new int[callers];
    for (int left = callers * each; left > 0; ) {
      List<String> run = rig.next();
      assertThat(run).hasSize(Math.min(4, left));
      for (String name : run) {
        int caller = Integer.parseInt(name.substring(0, name.indexOf(':')));
        assertThat(name).isEqualTo(caller + ":" + served[caller]++);
      }
      left -= run.size();
      int least = java.util.Arrays.stream(served).min().getAsInt();
      int most = java.util.Arrays.stream(served).max().getAsInt();
      assertThat(most - least).isLessThanOrEqualTo(4);
    }
    assertThat(rig.queue.length()).isZero();
  }

  private void flood(String caller, Lane of, int requests) {
    for (int i = 0; i < requests; i++) {
      rig.submit(FakeWork.by(caller, of, 1));
    }
  }

  private int floodUntilRefused(Lane of) {
    int taken = 0;
    while (isTaken(FakeWork.by("greedy", of, 1))) {
      taken++;
    }
    return taken;
  }

  private boolean isTaken(FakeWork work) {
    try {
      rig.submit(work);
      return true;
    } catch (ServingException refused) {
      return false;
    }
  }

  private void assertRefused(FakeWork work) {
    assertThatThrownBy(() -> rig.submit(work)).isInstanceOf(ServingException.class);
  }
}
