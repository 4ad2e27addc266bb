package dev.millrace.server.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.training.Claim;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteJobQueueTest {
  private static final Instant NOW = Clock.systemUTC().instant();
  private static final ThreadFactory THREADS =
      task -> {
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        return thread;
      };

  private record Work(Claim claim, Consumer<Optional<Instant>> done) {
    void end() {
      done.accept(Optional.empty());
    }
  }

  @TempDir Path folder;
  private final BlockingQueue<Work> works = new LinkedBlockingQueue<>();
  private final List<SqliteJobQueue> opened = new ArrayList<>();

  @AfterEach
  void close() {
    works.forEach(Work::end);
    opened.forEach(SqliteJobQueue::close);
  }

  @Test
  void jobs_ofSeveralPriorities_areGivenOutByThemAndThenByAge() throws Exception {
    SqliteJobQueue queue = open(1);
    queue.add("first", 0, NOW.minusSeconds(9));
    queue.add("second", 0, NOW.minusSeconds(8));
    queue.add("low", -1, NOW.minusSeconds(10));
    queue.add("high", 5, NOW.minusSeconds(1));
    start(queue);

    for (String expected : List.of("high", "first")) {
      Work work = next();
      assertThat(work.claim().job()).isEqualTo(expected);
      work.end();
    }
    Work running = next();
    queue.add("late", 9, NOW);
    running.end();
    for (String expected : List.of("late", "low")) {
      Work work = next();
      assertThat(work.claim().job()).isEqualTo(expected);
      work.end();
    }
    assertThat(queue.awaitIdle(Duration.ofSeconds(10))).isTrue();
  }

  @Test
  void job_thatIsToBeTriedAgain_isGivenOutWithAHigherTokenWhenItIsDue() throws Exception {
    SqliteJobQueue queue = open(1);
    start(queue);
    queue.add("job", 0, NOW);
    Work first = next();
    Instant due = Clock.systemUTC().instant().plusMillis(300);
    first.done().accept(Optional.of(due));

    Work second = next();
    assertThat(Clock.systemUTC().instant()).isAfterOrEqualTo(due);
    assertThat(second.claim().job()).isEqualTo("job");
    assertThat(second.claim().token()).isGreaterThan(first.claim().token());
    assertThat(queue.isCurrent(first.claim())).isFalse();
    assertThat(queue.isCurrent(second.claim())).isTrue();
    second.end();
  }

  @Test
  void job_thatIsOver_isOffTheQueueForGood() throws Exception {
    SqliteJobQueue queue = open(1);
    start(queue);
    queue.add("job", 0, NOW);
    next().end();
    queue.add("other", 0, NOW);
    assertThat(next().claim().job()).isEqualTo("other");
    works.forEach(Work::end);
  }

  @Test
  void remove_ofAWaitingJob_takesItOff() throws Exception {
    SqliteJobQueue queue = open(1);
    queue.add("gone", 1, NOW);
    queue.add("stays", 0, NOW);
    queue.remove("gone");
    queue.remove("gone");
    queue.remove("unknown");
    start(queue);

    Work work = next();
    assertThat(work.claim().job()).isEqualTo("stays");
    queue.remove("stays");
    assertThat(queue.isCurrent(work.claim())).isTrue();
    work.end();
  }

  @Test
  void remove_whileJobsAreGivenOut_takesOffOrLeavesEach() throws Exception {
    SqliteJobQueue queue = open(1);
    queue.start((claim, done) -> done.accept(Optional.empty()));
    for (int i = 0; i < 200; i++) {
      queue.add("job-" + i, 0, NOW);
      queue.remove("job-" + i);
    }
    assertThat(queue.awaitIdle(Duration.ofSeconds(10))).isTrue();
  }

  @Test
  void add_ofAJobThatIsThere_leavesItAsItIs() throws Exception {
    SqliteJobQueue queue = open(1);
    queue.add("job", 0, NOW.plusSeconds(3600));
    queue.add("job", 9, NOW);
    queue.add("other", 0, NOW);
    start(queue);

    Work work = next();
    assertThat(work.claim().job()).isEqualTo("other");
    work.end();
  }

  @Test
  void queue_thatIsPaused_givesOutNothingMore() throws Exception {
    SqliteJobQueue queue = open(1);
    start(queue);
    queue.pause();
    queue.add("job", 0, NOW);
    SqliteJobQueue again = open(1);
    start(again);

    Work work = next();
    assertThat(work.claim().job()).isEqualTo("job");
    assertThat(works).isEmpty();
    work.end();
  }

  @Test
  void server_thatDies_leavesItsJobsToTheNextOneAtOnceWithNewTokens() throws Exception {
    SqliteJobQueue dead = open(2);
    start(dead);
    dead.add("one", 0, NOW);
    dead.add("two", 0, NOW);
    Work one = next();
    next();
    SqliteJobQueue queue = open(2);
    start(queue);

    List<Work> again = List.of(next(), next());
    assertThat(again)
        .extracting(work -> work.claim().job())
        .containsExactlyInAnyOrder("one", "two");
    assertThat(queue.isCurrent(one.claim())).isFalse();
    assertThat(dead.isCurrent(one.claim())).isFalse();
    one.end();
    again.forEach(Work::end);
    assertThat(queue.awaitIdle(Duration.ofSeconds(10))).isTrue();
    assertThat(open(1).isCurrent(one.claim())).isFalse();
  }

  @Test
  void claim_whoseHeartbeatsDoNotCome_isGivenAnew() throws Exception {
    // The heartbeats of a clock that stands still look as if they had stopped long ago.
    SqliteJobQueue stuck = open(1, () -> NOW.minusSeconds(3600), Duration.ofHours(1));
    start(stuck);
    stuck.add("job", 0, NOW.minusSeconds(7200));
    Work lost = next();
    SqliteJobQueue watching = open(1, Clock.systemUTC(), Duration.ofMillis(100));
    watching.watch((claim, done) -> works.add(new Work(claim, done)));

    Work work = next();
    assertThat(work.claim().token()).isGreaterThan(lost.claim().token());
    assertThat(stuck.isCurrent(lost.claim())).isFalse();
    lost.end();
    work.end();
  }

  @Test
  void file_thatIsDamaged_isSetAsideAndTheQueueBeginsAnew() throws Exception {
    Files.writeString(folder.resolve("jobs.db"), "no database".repeat(1000));
    SqliteJobQueue queue = open(1);
    start(queue);
    queue.add("job", 0, NOW);

    next().end();
    try (var files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .anyMatch(name -> name.startsWith("jobs.db.damaged-"));
    }
  }

  private SqliteJobQueue open(int most) throws IOException {
    return open(most, Clock.systemUTC(), Duration.ofSeconds(10));
  }

  private SqliteJobQueue open(int most, InstantSource clock, Duration heartbeat)
      throws IOException {
    SqliteJobQueue queue =
        SqliteJobQueue.open(
            folder,
            most,
            new SqliteJobQueue.Timing(heartbeat, Duration.ofMillis(50)),
            new SqliteJobQueue.Pools(
                Executors.newFixedThreadPool(most, THREADS),
                Executors.newSingleThreadExecutor(THREADS),
                Executors.newScheduledThreadPool(2, THREADS)),
            clock);
    opened.add(queue);
    return queue;
  }

  private void start(SqliteJobQueue queue) {
    queue.start((claim, done) -> works.add(new Work(claim, done)));
  }

  private Work next() throws InterruptedException {
    Work work = works.poll(20, TimeUnit.SECONDS);
    assertThat(work).as("the queue gives out a job").isNotNull();
    return work;
  }
}
