package dev.millrace.server.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.server.testing.PuppetClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class UsageLedgerTest {
  private static final Amounts ANSWER = Amounts.ofAnswer(2, 10, 20);

  private final MemoryUsageStore store = new MemoryUsageStore();
  private final PuppetClock clock = new PuppetClock();
  private final UsageLedger ledger = new UsageLedger(store, clock);

  @Test
  void flush_severalUses_areSummedUpByCallerModelVersionAndHour() {
    long hour = UsageKey.hourOf(clock.instant());
    ledger.add("a", "m", 1, ANSWER);
    ledger.add("a", "m", 1, Amounts.ofCompute(7));
    ledger.add("a", "m", 2, ANSWER);
    ledger.add("b", "m", 1, Amounts.ofSavings(5));
    clock.advance(Duration.ofHours(1));
    ledger.add("a", "m", 1, ANSWER);
    ledger.flush();
    assertThat(store.used)
        .isEqualTo(
            Map.of(
                new UsageKey(hour, "a", "m", 1), new Amounts(1, 2, 10, 20, 7, 0, 0),
                new UsageKey(hour, "a", "m", 2), new Amounts(1, 2, 10, 20, 0, 0, 0),
                new UsageKey(hour, "b", "m", 1), new Amounts(0, 0, 0, 0, 0, 0, 5),
                new UsageKey(hour + 1, "a", "m", 1), new Amounts(1, 2, 10, 20, 0, 0, 0)));
  }

  @Test
  void flush_nothingAdded_writesNothing() {
    ledger.flush();
    ledger.add("a", "m", 1, ANSWER);
    ledger.flush();
    ledger.flush();
    assertThat(store.batches).hasSize(1);
  }

  @Test
  void flush_diskRefuses_keepsItAndWritesItOnceLater() {
    ledger.add("a", "m", 1, ANSWER);
    store.failsBefore = true;
    assertThatThrownBy(ledger::flush).hasMessage("the disk is full");
    ledger.add("a", "m", 1, ANSWER);
    assertThatThrownBy(ledger::flush).hasMessage("the disk is full");
    store.failsBefore = false;
    ledger.flush();
    assertThat(store.of("a").requests()).isEqualTo(2);
    assertThat(store.batches).hasSize(2);
  }

  @Test
  void flush_writtenAndYetFailed_isNotCountedTwice() {
    ledger.add("a", "m", 1, ANSWER);
    store.failsAfter = true;
    assertThatThrownBy(ledger::flush).hasMessage("the answer was lost");
    store.failsAfter = false;
    ledger.add("a", "m", 1, ANSWER);
    ledger.flush();
    assertThat(store.of("a").requests()).isEqualTo(2);
  }

  @Test
  void flush_afterARestart_goesOnWithTheNextBatch() {
    ledger.add("a", "m", 1, ANSWER);
    ledger.flush();
    UsageLedger again = new UsageLedger(store, clock);
    again.add("a", "m", 1, ANSWER);
    again.flush();
    assertThat(store.batches).extracting(UsageStore.Batch::number).containsExactly(1L, 2L);
    assertThat(store.of("a").requests()).isEqualTo(2);
  }

  @Test
  void addTraining_eventThatIsCounted_isNotCountedAgainAlsoAfterARestart() {
    assertThat(training(ledger, "j1", 3)).isTrue();
    assertThat(training(ledger, "j1", 3)).isFalse();
    assertThat(training(ledger, "j1", 2)).isFalse();
    ledger.flush();
    UsageLedger again = new UsageLedger(store, clock);
    assertThat(training(again, "j1", 3)).isFalse();
    assertThat(training(again, "j1", 4)).isTrue();
    assertThat(training(again, "j2", 1)).isTrue();
    again.flush();
    assertThat(store.of("a").trainingNanos()).isEqualTo(300);
    assertThat(store.jobs).containsExactly(Map.entry("j1", 4L), Map.entry("j2", 1L));
  }

  @Test
  void addTraining_serverDiesBeforeTheWrite_isCountedFromTheJournal() {
    training(ledger, "j1", 3);
    UsageLedger again = new UsageLedger(store, clock);
    assertThat(training(again, "j1", 3)).isTrue();
    again.flush();
    assertThat(store.of("a").trainingNanos()).isEqualTo(100);
  }

  @Test
  void ended_jobThatIsOver_isKeptInTheStoreAlone() {
    training(ledger, "j1", 3);
    ledger.ended("j1");
    ledger.flush();
    assertThat(store.jobs).containsEntry("j1", 3L);
    assertThat(training(ledger, "j1", 1)).as("nothing is known of it here").isTrue();
  }

  @Test
  void add_moreCallersThanTheMost_countAsOthersUntilTheHourIsOver() {
    for (int i = 0; i < UsageLedger.MOST_CALLERS; i++) {
      ledger.add("caller" + i, "m", 1, ANSWER);
    }
    ledger.add("late", "m", 1, ANSWER);
    ledger.add("later", "m", 1, ANSWER);
    ledger.add("caller7", "m", 1, ANSWER);
    ledger.flush();
    assertThat(store.of(UsageLedger.OTHERS).requests()).isEqualTo(2);
    assertThat(store.of("caller7").requests()).isEqualTo(2);
    assertThat(store.of("late")).isEqualTo(Amounts.NOTHING);
    clock.advance(Duration.ofHours(1));
    ledger.add("late", "m", 1, ANSWER);
    ledger.flush();
    assertThat(store.of("late").requests()).isEqualTo(1);
  }

  @Test
  void add_diskFullForLong_keepsNoMoreEntriesThanTheMost() {
    store.failsBefore = true;
    for (int i = 0; i < UsageLedger.MOST_ENTRIES + 10; i++) {
      ledger.add("caller" + i % 5000, "m", i, ANSWER);
    }
    store.failsBefore = false;
    ledger.flush();
    assertThat(store.of(UsageLedger.OTHERS).requests()).isEqualTo(10);
    assertThat(store.used.values().stream().mapToLong(Amounts::requests).sum())
        .isEqualTo(UsageLedger.MOST_ENTRIES + 10);
  }

  /** Threads that add, one that writes and fails now and then: in the end all is there once. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void add_fromManyThreadsWhileItIsWritten_losesAndDoublesNothing(long seed) throws Exception {
    Random random = new Random(seed);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      threads.add(
          new Thread(
              () -> {
                for (int j = 0; j < 5000; j++) {
                  ledger.add("a", "m", j % 3, ANSWER);
                }
              }));
    }
    threads.forEach(Thread::start);
    while (threads.stream().anyMatch(Thread::isAlive)) {
      store.failsBefore = random.nextInt(4) == 0;
      store.failsAfter = random.nextInt(4) == 0;
      try {
        ledger.flush();
      } catch (IllegalStateException failed) {
        // It is tried again.
      }
    }
    for (Thread thread : threads) {
      thread.join();
    }
    store.failsBefore = false;
    store.failsAfter = false;
    ledger.flush();
    assertThat(store.of("a").requests()).isEqualTo(20_000);
  }

  /** A map's walk meets a key again that is added behind another one of the same bin. */
  @Test
  void takeAll_keyThatIsAddedAgainOnTheWay_countsBothTimes() {
    UsageKey first = new UsageKey(1, "a", "m", 0);
    UsageKey beside = sameBin(first);
    ConcurrentMap<UsageKey, Amounts> used =
        new ConcurrentHashMap<>() {
          private boolean added;

          @Override
          public Amounts remove(Object key) {
            Amounts removed = super.remove(key);
            if (key.equals(first) && !added) {
              added = true;
              put(first, ANSWER);
            }
            return removed;
          }
        };
    used.put(first, ANSWER);
    used.put(beside, ANSWER);

    Map<UsageKey, Amounts> taken = UsageLedger.takeAll(used);

    assertThat(used).as("the key was met again").isEmpty();
    assertThat(taken).containsEntry(first, ANSWER.plus(ANSWER)).containsEntry(beside, ANSWER);
  }

  private static UsageKey sameBin(UsageKey key) {
    for (long version = 1; ; version++) {
      UsageKey other = new UsageKey(1, "a", "m", version);
      if (bin(other) == bin(key)) {
        return other;
      }
    }
  }

  /** Place in a {@link ConcurrentHashMap} of the first size. */
  private static int bin(UsageKey key) {
    return (key.hashCode() ^ (key.hashCode() >>> 16)) & 15;
  }

  private static boolean training(UsageLedger to, String job, long sequence) {
    return to.addTraining("a", "m", 7, Amounts.ofTraining(100), job, sequence);
  }
}
