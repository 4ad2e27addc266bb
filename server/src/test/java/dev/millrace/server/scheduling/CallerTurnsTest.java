package dev.millrace.server.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.model.Caller;
import dev.millrace.server.scheduling.Batch.Waiting;
import dev.millrace.server.testing.PuppetClock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is known of the work that waits, and which of it a run takes. */
final class CallerTurnsTest {
  private final Lane lane = QueueRig.lane("a");
  private final CallerTurns<FakeWork> turns = new CallerTurns<>();

  @Test
  void oldestNanos_severalCallers_isOfTheFirstThatCame() {
    assertThat(turns.isEmpty()).isTrue();
    add("a", 1, 20);
    add("b", 1, 10);
    add("c", 1, 30);
    add("b", 1, 5);
    assertThat(turns.isEmpty()).isFalse();
    assertThat(turns.oldestNanos()).as("each caller's keep their order").isEqualTo(10);
  }

  @Test
  void oldestNanos_clockThatOverflows_isStillTheOldest() {
    add("a", 1, Long.MIN_VALUE + 5);
    add("b", 1, Long.MAX_VALUE - 5);
    assertThat(turns.oldestNanos()).isEqualTo(Long.MAX_VALUE - 5);
  }

  @Test
  void forEach_work_isAllThatWaits() {
    add("a", 1, 1);
    add("b", 1, 2);
    add("a", 1, 3);
    List<Long> seen = new ArrayList<>();
    turns.forEach(one -> seen.add(one.sinceNanos()));
    assertThat(seen).containsExactlyInAnyOrder(1L, 2L, 3L);
  }

  @Test
  void leastShare_severalCallers_isOfWhoHasHadLeast() {
    CallerShares shares = new CallerShares();
    shares.give(new Caller("a"), 30);
    shares.give(new Caller("b"), 10);
    add("a", 1, 1);
    assertThat(turns.leastShare(shares)).isEqualTo(30);
    add("b", 1, 1);
    assertThat(turns.leastShare(shares)).isEqualTo(10);
  }

  @Test
  void fill_run_takesWhatFitsAndSaysHowMuchIsGone() {
    for (int i = 0; i < 3; i++) {
      add("a", 1, i);
      add("b", 1, i);
    }
    assertThat(fill()).containsExactly("a", "a", "b", "b");
    assertThat(fill()).containsExactlyInAnyOrder("a", "b");
    assertThat(turns.isEmpty()).isTrue();
  }

  @Test
  void fill_workThatShallStay_isLeftInItsPlace() {
    add("a", 1, 1);
    add("a", 1, 2);
    add("a", 1, 3);
    BatchFill<FakeWork> fill = new BatchFill<>(lane, 3);
    int gone = turns.fill(fill, one -> one.sinceNanos() != 2, new PuppetClock());
    assertThat(gone).as("none behind it either").isEqualTo(1);
    assertThat(turns.oldestNanos()).isEqualTo(2);
  }

  /** A piece that does not fit beside others begins the next run, whoever came since. */
  @Test
  void fill_pieceThatDidNotFit_isFirstNextTime() {
    add("small", 3, 1);
    add("large", 4, 2);
    assertThat(fill()).containsExactly("small");
    add("small", 3, 3);
    assertThat(fill()).containsExactly("large");
    assertThat(fill()).containsExactly("small");
  }

  /** Rows that a run had no room for are kept for the same caller's next turn. */
  @Test
  void fill_turnThatARunCutsShort_goesOnInTheNext() {
    add("a", 1, 1);
    add("b", 2, 1);
    add("b", 2, 2);
    add("c", 2, 3);
    List<String> all = new ArrayList<>();
    for (int run = 0; run < 4 && !turns.isEmpty(); run++) {
      all.addAll(fill());
    }
    assertThat(all).containsExactlyInAnyOrder("a", "b", "b", "c");
    assertThat(all.subList(0, 2)).containsExactly("a", "b");
  }

  private void add(String caller, int rows, long since) {
    turns.add(new Waiting<>(FakeWork.by(caller, lane, rows), since, since, rows));
  }

  private List<String> fill() {
    int[] waiting = {0};
    turns.forEach(one -> waiting[0] += one.work().rows());
    BatchFill<FakeWork> fill = new BatchFill<>(lane, waiting[0]);
    int gone = turns.fill(fill, one -> true, new PuppetClock());
    assertThat(gone).isEqualTo(fill.rows());
    return QueueRig.names(fill.batch(0));
  }
}
