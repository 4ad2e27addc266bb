package dev.millrace.server.scheduling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class BatchWorkersTest {
  private final Lane lane = QueueRig.lane("a", new BatchRule(4, Duration.ZERO, false), List.of());
  private final BatchQueue<FakeWork> queue =
      new BatchQueue<>(2, 1 << 20, QueueObserver.NONE, Clock.systemUTC(), System::nanoTime);

  @Test
  void work_allWorkersBusy_whatQueuesMeanwhileSharesARun() throws Exception {
    CountDownLatch started = new CountDownLatch(2);
    CountDownLatch release = new CountDownLatch(1);
    Queue<Integer> sizes = new ConcurrentLinkedQueue<>();
    try (BatchWorkers<FakeWork> workers =
            start(
                work -> {
                  sizes.add(work.size());
                  started.countDown();
                  await(release);
                });
        AutoCloseable letGo = release::countDown) {
      queue.submit(List.of(FakeWork.of("1", lane, 4)));
      queue.submit(List.of(FakeWork.of("2", lane, 4)));
      assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();
      for (int i = 0; i < 4; i++) {
        queue.submit(List.of(FakeWork.of("late", lane)));
      }
      release.countDown();
      workers.close();
      assertThat(sizes).containsExactly(1, 1, 4);
    }
  }

  @Test
  void work_runnerFails_theWorkerGoesOn() throws InterruptedException {
    AtomicInteger runs = new AtomicInteger();
    CountDownLatch second = new CountDownLatch(2);
    try (BatchWorkers<FakeWork> workers =
        start(
            work -> {
              runs.incrementAndGet();
              second.countDown();
              throw new IllegalStateException("a defect");
            })) {
      queue.submit(List.of(FakeWork.of("1", lane, 4)));
      queue.submit(List.of(FakeWork.of("2", lane, 4)));
      assertThat(second.await(10, TimeUnit.SECONDS)).isTrue();
      workers.close();
    }
    assertThat(runs).hasValue(2);
    assertThat(queue.bytes()).isZero();
  }

  @Test
  void close_workWaits_itIsRunAndLaterWorkRefused() {
    AtomicInteger rows = new AtomicInteger();
    BatchWorkers<FakeWork> workers = start(work -> rows.addAndGet(work.size()));
    for (int i = 0; i < 100; i++) {
      queue.submit(List.of(FakeWork.of("" + i, lane)));
    }
    workers.close();
    assertThat(rows).hasValue(100);
    assertThatThrownBy(() -> queue.submit(List.of(FakeWork.of("late", lane))))
        .isInstanceOfSatisfying(
            ServingException.class,
            error -> assertThat(error.reason()).isEqualTo(ErrorReason.DRAINING));
  }

  @Test
  void close_manyWorkersOfAnExclusiveLane_allOfThemEnd() {
    Lane exclusive = QueueRig.lane("e", BatchRule.alone(true), List.of());
    for (int round = 0; round < 200; round++) {
      AtomicInteger runs = new AtomicInteger();
      BatchQueue<FakeWork> crowded =
          new BatchQueue<>(8, 1 << 20, QueueObserver.NONE, Clock.systemUTC(), System::nanoTime);
      BatchWorkers<FakeWork> workers =
          BatchWorkers.start(
              8,
              Thread::new,
              crowded,
              (of, work) -> runs.incrementAndGet() > 0,
              QueueObserver.NONE,
              System::nanoTime);
      crowded.submit(List.of(FakeWork.of("1", exclusive)));
      crowded.submit(List.of(FakeWork.of("2", exclusive)));
      crowded.submit(List.of(FakeWork.of("3", exclusive)));
      workers.close();
      assertThat(runs).hasValue(3);
    }
  }

  @Test
  void work_runnerEndsInAStackOverflow_theWorkersGoOn() throws InterruptedException {
    CountDownLatch runs = new CountDownLatch(6);
    try (BatchWorkers<FakeWork> workers =
        start(
            work -> {
              runs.countDown();
              throw new StackOverflowError("a defect");
            })) {
      for (int i = 0; i < 6; i++) {
        queue.submit(List.of(FakeWork.of("" + i, lane, 4)));
      }
      assertThat(runs.await(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void work_cancelledWhileQueued_isRefusedAndNotRun() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch busy = new CountDownLatch(2);
    Queue<String> ran = new ConcurrentLinkedQueue<>();
    FakeWork gone = FakeWork.of("gone", lane);
    try (BatchWorkers<FakeWork> workers =
            start(
                work -> {
                  work.forEach(one -> ran.add(one.toString()));
                  busy.countDown();
                  await(release);
                });
        AutoCloseable letGo = release::countDown) {
      queue.submit(List.of(FakeWork.of("1", lane, 4)));
      queue.submit(List.of(FakeWork.of("2", lane, 4)));
      assertThat(busy.await(10, TimeUnit.SECONDS)).isTrue();
      queue.submit(List.of(gone));
      gone.cancel();
      release.countDown();
      assertThat(gone.refusal().get(10, TimeUnit.SECONDS)).isEqualTo(ErrorReason.CALLER_CANCELLED);
      workers.close();
    }
    assertThat(ran).containsExactlyInAnyOrder("1", "2");
  }

  @Test
  void work_brokenRun_estimateStaysAsItWas() {
    Lane measured = QueueRig.lane("m");
    long before = measured.runTime().nanos(4);
    BatchWorkers<FakeWork> workers =
        BatchWorkers.start(
            1,
            Thread::new,
            queue,
            (of, work) -> work.size() > 1,
            QueueObserver.NONE,
            System::nanoTime);
    queue.submit(List.of(FakeWork.of("refused by the model", measured)));
    workers.close();
    assertThat(measured.runTime().nanos(4)).isEqualTo(before);
  }

  private BatchWorkers<FakeWork> start(Consumer<List<FakeWork>> runner) {
    return BatchWorkers.start(
        2,
        Thread::new,
        queue,
        (of, work) -> {
          runner.accept(work);
          return true;
        },
        QueueObserver.NONE,
        System::nanoTime);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
