package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class CallDeadlinesTest {
  private final ScheduledThreadPoolExecutor deadlines =
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
  void deadline_thatIsFar_isNeverWhatTheThreadWaitsFor() {
    ScheduledFuture<?> far = deadlines.schedule(() -> {}, 30, TimeUnit.SECONDS);

    // While a tick runs, nothing else is first.
    while (deadlines.getQueue().peek() == far) {
      Thread.onSpinWait();
    }

    far.cancel(false);
    assertThat(deadlines.getQueue()).doesNotContain((Runnable) far);
  }
}
