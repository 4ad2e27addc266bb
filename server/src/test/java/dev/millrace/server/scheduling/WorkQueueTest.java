package dev.millrace.server.scheduling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.server.model.Deadline;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.testing.PuppetClock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class WorkQueueTest {
  private final PuppetClock clock = new PuppetClock();
  private final WorkQueue queue = new WorkQueue(1, 2, Thread::new, clock);
  private final CountDownLatch gate = new CountDownLatch(1);

  @AfterEach
  void close() {
    gate.countDown();
    queue.close();
  }

  @Test
  void submit_freeWorker_runs() throws Exception {
    Job job = new Job(Deadline.NONE, false);
    queue.submit(job);
    assertThat(job.outcome.get()).isEqualTo("ran");
  }

  @Test
  void submit_expiredOnItsTurn_isRefusedAndNotRun() throws Exception {
    holdTheWorker();
    Job job = new Job(new Deadline(clock.instant().plusSeconds(1)), false);
    queue.submit(job);
    clock.advance(Duration.ofSeconds(2));
    gate.countDown();
    assertThat(job.outcome.get()).isEqualTo("DEADLINE_EXPIRED");
  }

  @Test
  void submit_callerGoneOnItsTurn_isRefusedAndNotRun() throws Exception {
    Job job = new Job(Deadline.NONE, true);
    queue.submit(job);
    assertThat(job.outcome.get()).isEqualTo("CALLER_CANCELLED");
  }

  @Test
  void submit_full_isOverloadedAndToldToRetry() throws Exception {
    holdTheWorker();
    queue.submit(new Job(Deadline.NONE, false));
    queue.submit(new Job(Deadline.NONE, false));
    assertThat(queue.length()).isEqualTo(2);
    assertThatThrownBy(() -> queue.submit(new Job(Deadline.NONE, false)))
        .isInstanceOfSatisfying(
            ServingException.class,
            error -> {
              assertThat(error.reason()).isEqualTo(ErrorReason.OVERLOADED);
              assertThat(error.retryAfter()).isPresent();
            });
  }

  @Test
  void close_workWaiting_isFinishedAndNothingMoreTaken() throws Exception {
    holdTheWorker();
    Job waiting = new Job(Deadline.NONE, false);
    queue.submit(waiting);
    gate.countDown();
    queue.close();
    assertThat(waiting.outcome).isCompletedWithValue("ran");
    assertThatThrownBy(() -> queue.submit(new Job(Deadline.NONE, false)))
        .isInstanceOfSatisfying(
            ServingException.class,
            error -> assertThat(error.reason()).isEqualTo(ErrorReason.DRAINING));
  }

  @Test
  void run_throws_workerGoesOn() throws Exception {
    queue.submit(
        new Job(Deadline.NONE, false) {
          @Override
          public void run() {
            throw new IllegalStateException("a defect, on purpose");
          }
        });
    Job next = new Job(Deadline.NONE, false);
    queue.submit(next);
    assertThat(next.outcome.get()).isEqualTo("ran");
  }

  private void holdTheWorker() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    queue.submit(
        new Job(Deadline.NONE, false) {
          @Override
          public void run() {
            begun.countDown();
            try {
              gate.await(20, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          }
        });
    begun.await();
  }

  private static class Job implements Work {
    final CompletableFuture<String> outcome = new CompletableFuture<>();
    private final Deadline deadline;
    private final boolean cancelled;

    Job(Deadline deadline, boolean cancelled) {
      this.deadline = deadline;
      this.cancelled = cancelled;
    }

    @Override
    public Deadline deadline() {
      return deadline;
    }

    @Override
    public boolean isCancelled() {
      return cancelled;
    }

    @Override
    public void run() {
      outcome.complete("ran");
    }

    @Override
    public void refuse(ServingException reason) {
      outcome.complete(reason.reason().name());
    }
  }
}
