package dev.millrace.server.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.server.model.Deadline;
import dev.millrace.server.testing.PuppetClock;
import io.grpc.Context;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class CallDeadlineTest {
  private final PuppetClock clock = new PuppetClock();

  @Test
  void of_aCallWithoutADeadline_isNone() {
    assertThat(CallDeadline.of(Context.ROOT, clock)).isEqualTo(Deadline.NONE);
  }

  @Test
  void of_aCallWithADeadline_isThatFarFromNowOnTheServersClock() {
    ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    try (Context.CancellableContext context =
        Context.ROOT.withDeadlineAfter(1, TimeUnit.HOURS, timer)) {
      Instant expected = clock.instant().plus(1, ChronoUnit.HOURS);
      assertThat(CallDeadline.of(context, clock).instant())
          .isCloseTo(expected, within(1, ChronoUnit.MINUTES));
    } finally {
      timer.shutdownNow();
    }
  }
}
