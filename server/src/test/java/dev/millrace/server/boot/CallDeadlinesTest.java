package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class CallDeadlinesTest {
  private final ScheduledExecutorService deadlines =
      CallDeadlines.start(Threads.named("deadlines-of-test"));

  @AfterEach
  void close() {
    deadlines.shutdownNow();
  }

  @Test
  void deadline_thatPasses_isRun() {
    CompletableFuture<Void> passed = new CompletableFuture<>();

    deadlines.schedule(() -> passed.complete(null), 1, TimeUnit.MILLISECONDS);

    passed.join();
  }

  @Test
  void deadlines_thatAreFarAndCancelled_doNotWakeTheThread() throws Exception {
    int calls = 1000;
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long id = deadlines.submit(() -> Thread.currentThread().getId()).get();
    long before = threads.getThreadInfo(id).getWaitedCount();
    long begun = System.nanoTime();

    for (int i = 0; i < calls; i++) {
      deadlines.schedule(() -> {}, 30, TimeUnit.SECONDS).cancel(false);
      Thread.onSpinWait();
    }

    long ticks = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun) / 100;
    assertThat(threads.getThreadInfo(id).getWaitedCount() - before)
        .isLessThan(ticks * 3 + calls / 10);
  }
}
