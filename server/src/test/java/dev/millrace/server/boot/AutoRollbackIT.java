package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.v1.HistoryEvent;
import dev.millrace.v1.ListHistoryRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** New champions under traffic, of which one has the wrong labels. */
@Timeout(180)
final class AutoRollbackIT {
  private static final Duration INTERVAL = Duration.ofMillis(250);

  @Test
  void promote_versionWithWrongLabelsUnderTraffic_isRolledBackByItselfAndTheHistorySaysWhy(
      @TempDir Path folder) throws Exception {
    try (TrafficRig rig = TrafficRig.start(folder, "", INTERVAL)) {
      rig.promote(1);
      AtomicBoolean done = new AtomicBoolean();
      AtomicLong asked = new AtomicLong();
      CompletableFuture<Void> traffic =
          CompletableFuture.runAsync(() -> askUntil(rig, done, asked));
      TrafficRig.await(() -> asked.get() > 500);
      rig.promote(3);
      assertThat(rig.model().getBake().getVersion()).isEqualTo(3);
      TrafficRig.await(() -> rig.champion() == 1);
      assertThat(rig.model().hasBake()).isFalse();
      long then = asked.get();
      TrafficRig.await(() -> asked.get() > then + 500);
      done.set(true);
      traffic.get();
      assertThat(rig.champion()).isEqualTo(1);
      HistoryEvent event =
          rig.models()
              .listHistory(ListHistoryRequest.newBuilder().setModel(TrafficRig.MODEL).build())
              .getEvents(0);
      assertThat(event.getAction()).isEqualTo("ROLLED_BACK");
      assertThat(event.getActor()).isEqualTo("millrace");
      assertThat(event.getFromVersion()).isEqualTo(3);
      assertThat(event.getToVersion()).isEqualTo(1);
      assertThat(event.getReason())
          .startsWith("version 3 said something else than version 1 to 100.0 % of ");
      assertThat(event.getEvidenceMap()).containsEntry("test", "agreement");
      assertThat(Integer.parseInt(event.getEvidenceOrThrow("intervals"))).isGreaterThanOrEqualTo(3);
    }
  }

  @Test
  void promote_versionThatIsAsGood_comesThroughItsBakePeriod(@TempDir Path folder)
      throws Exception {
    try (TrafficRig rig = TrafficRig.start(folder, "rollout: {bake: 3s}", INTERVAL)) {
      rig.promote(1);
      rig.promote(2);
      AtomicBoolean done = new AtomicBoolean();
      AtomicLong asked = new AtomicLong();
      CompletableFuture<Void> traffic =
          CompletableFuture.runAsync(() -> askUntil(rig, done, asked));
      TrafficRig.await(() -> !rig.model().hasBake());
      done.set(true);
      traffic.get();
      assertThat(rig.champion()).isEqualTo(2);
      assertThat(
              rig.models()
                  .listHistory(ListHistoryRequest.newBuilder().setModel(TrafficRig.MODEL).build())
                  .getEvents(0)
                  .getAction())
          .isEqualTo("BAKED");
    }
  }

  private static void askUntil(TrafficRig rig, AtomicBoolean done, AtomicLong asked) {
    try {
      while (!done.get()) {
        rig.askMany(
            100, i -> TrafficRig.request(i % 10).build(), (i, version) -> asked.incrementAndGet());
      }
    } catch (InterruptedException stopped) {
      throw new AssertionError(stopped);
    }
  }
}
