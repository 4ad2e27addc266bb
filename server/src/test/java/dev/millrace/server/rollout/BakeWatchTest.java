package dev.millrace.server.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.model.BakeLimits;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.registry.HistoryAction;
import dev.millrace.server.registry.HistoryEvent;
import dev.millrace.server.testing.Floats;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class BakeWatchTest {
  private static final Duration QUICK = Duration.ofMillis(5);
  private final WatchRig rig = new WatchRig();

  @Test
  void tick_newChampionFailsManyRequests_isRolledBackWithTheEvidence() {
    rig.answered(1, 1000, QUICK);
    rig.promote(2);
    int ticks = 0;
    while (rig.champion() == 2 && ticks < 100) {
      rig.answered(2, 60, QUICK);
      rig.failed(2, 40, ErrorReason.INTERNAL);
      rig.tick();
      ticks++;
    }
    assertThat(ticks).isEqualTo(3);
    assertThat(rig.champion()).isEqualTo(1);
    HistoryEvent event = rig.last();
    assertThat(event.action()).isEqualTo(HistoryAction.ROLLED_BACK);
    assertThat(event.actor()).isEqualTo(HistoryEvent.BY_ITSELF);
    assertThat(event.from()).isEqualTo(2);
    assertThat(event.to()).isEqualTo(1);
    assertThat(event.reason())
        .isEqualTo("version 2 failed 40.0 % of 300 requests; at most 2.0 % is allowed");
    assertThat(event.evidence())
        .containsEntry("test", "errors")
        .containsEntry("observed", "300")
        .containsEntry("bad", "120.0000")
        .containsEntry("limit", "0.0200")
        .containsEntry("intervals", "3")
        .containsKeys("statistic", "threshold", "rate");
  }

  @Test
  void tick_afterARollback_doesNotFlap() {
    rig.promote(2);
    for (int i = 0; i < 5; i++) {
      rig.failed(2, 100, ErrorReason.INTERNAL);
      rig.tick();
    }
    assertThat(rig.champion()).isEqualTo(1);
    long revision = rig.registry.get(WatchRig.MODEL).revision();
    for (int i = 0; i < 200; i++) {
      rig.failed(1, 100, ErrorReason.INTERNAL);
      rig.tick();
    }
    assertThat(rig.registry.get(WatchRig.MODEL).revision()).isEqualTo(revision);
  }

  @Test
  void tick_oneTerribleInterval_doesNotRollBack() {
    rig.promote(2);
    rig.failed(2, 100_000, ErrorReason.INTERNAL);
    for (int i = 0; i < 20; i++) {
      rig.tick();
      rig.answered(2, 1000, QUICK);
    }
    assertThat(rig.champion()).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource(names = {"OVERLOADED", "DEADLINE_EXPIRED", "CALLER_CANCELLED", "DRAINING"})
  void tick_errorsThatNoVersionCauses_doNotCount(ErrorReason reason) {
    rig.promote(2);
    for (int i = 0; i < 20; i++) {
      rig.failed(2, 1000, reason);
      rig.tick();
    }
    assertThat(rig.champion()).isEqualTo(2);
  }

  @Test
  void tick_formerFailedAsMany_isItsLimit() {
    rig.answered(1, 700, QUICK);
    rig.failed(1, 300, ErrorReason.VALUE_REJECTED);
    rig.promote(2);
    for (int i = 0; i < 50; i++) {
      rig.answered(2, 70, QUICK);
      rig.failed(2, 30, ErrorReason.VALUE_REJECTED);
      rig.tick();
    }
    assertThat(rig.champion()).isEqualTo(2);
  }

  @Test
  void tick_requestsThatFitNoVersion_doNotCount() {
    rig.promote(2);
    for (int i = 0; i < 20; i++) {
      rig.failed(WatchRig.request("m", Floats.column(1, 2)), 2, 100, ErrorReason.SHAPE_MISMATCH);
      rig.tick();
    }
    assertThat(rig.champion()).isEqualTo(2);
  }

  @Test
  void tick_requestsThatTheFormerWouldTake_count() {
    rig.promote(2);
    for (int i = 0; i < 5; i++) {
      rig.failed(2, 100, ErrorReason.SHAPE_MISMATCH);
      rig.tick();
    }
    assertThat(rig.champion()).isEqualTo(1);
  }

  @Test
  void tick_callersThatNameTheVersion_doNotCount() {
    rig.promote(2);
    for (int i = 0; i < 20; i++) {
      rig.failed(
          WatchRig.request("models/m/versions/2", Floats.column(1)), 2, 100, ErrorReason.INTERNAL);
      rig.tick();
    }
    assertThat(rig.champion()).isEqualTo(2);
  }

  @Test
  void tick_muchSlowerThanTheFormerWas_isRolledBack() {
    rig.answered(1, 1000, QUICK);
    rig.promote(2);
    for (int i = 0; i < 10 && rig.champion() == 2; i++) {
      rig.answered(2, 100, Duration.ofMillis(30));
      rig.tick();
    }
    assertThat(rig.champion()).isEqualTo(1);
    assertThat(rig.last().evidence()).containsEntry("test", "latency");
    assertThat(rig.last().reason())
        .startsWith("version 2 took longer than 10.")
        .contains("2.0 times the 99th percentile of version 1, for 100.0 % of");
  }

  @Test
  void tick_slowerThanTheFormersCopies_isRolledBack() {
    rig.promote(2);
    rig.compared(2, 1, 100, 10, QUICK);
    rig.tick();
    for (int i = 0; i < 10 && rig.champion() == 2; i++) {
      rig.answered(2, 100, Duration.ofMillis(30));
      rig.tick();
    }
    assertThat(rig.champion()).isEqualTo(1);
    assertThat(rig.last().evidence()).containsEntry("test", "latency");
  }

  @Test
  void tick_twiceAsSlowOnAQuickModel_isJitter() {
    rig.answered(1, 1000, Duration.ofNanos(300_000));
    rig.promote(2);
    for (int i = 0; i < 20; i++) {
      rig.answered(2, 100, Duration.ofMillis(1));
      rig.tick();
    }
    assertThat(rig.champion()).isEqualTo(2);
  }

  @Test
  void tick_disagreesWithTheFormer_isRolledBack() {
    rig.promote(2);
    for (int i = 0; i < 10 && rig.champion() == 2; i++) {
      rig.answered(2, 100, QUICK);
      rig.compared(2, 1, 10, 1, QUICK);
      rig.tick();
    }
    assertThat(rig.champion()).isEqualTo(1);
    assertThat(rig.last().evidence()).containsEntry("test", "agreement");
    assertThat(rig.last().reason())
        .isEqualTo(
            "version 2 said something else than version 1 to 90.0 % of 30 requests that both were"
                + " asked; at most 20.0 % is allowed");
  }

  @Test
  void tick_agreesWellEnough_isBakedAtTheEnd() {
    rig.promote(2);
    for (int i = 0; i < 119; i++) {
      rig.answered(2, 100, QUICK);
      rig.failed(2, 1, ErrorReason.INTERNAL);
      rig.compared(2, 1, 10, 9, QUICK);
      rig.compared(3, 1, 10, 0, QUICK);
      rig.tick();
      assertThat(rig.registry.get(WatchRig.MODEL).bake()).isPresent();
    }
    rig.tick();
    assertThat(rig.champion()).isEqualTo(2);
    assertThat(rig.registry.get(WatchRig.MODEL).bake()).isEmpty();
    assertThat(rig.last().action()).isEqualTo(HistoryAction.BAKED);
    assertThat(rig.last().reason()).isEqualTo("version 2 came through its bake period");
  }

  @Test
  void tick_notAutomatic_isLeftToPeople() {
    WatchRig manual = new WatchRig(new BakeLimits(false, 0.02, 0.05, 2, 0.8, 0.1));
    manual.promote(2);
    for (int i = 0; i < 10; i++) {
      manual.failed(2, 100, ErrorReason.INTERNAL);
      manual.tick();
    }
    assertThat(manual.champion()).isEqualTo(2);
  }

  @Test
  void tick_formerNotLoaded_waitsForIt() {
    rig.promote(2);
    rig.serve(BakeLimits.DEFAULT, 2);
    for (int i = 0; i < 10; i++) {
      rig.failed(2, 100, ErrorReason.INTERNAL);
      rig.tick();
    }
    assertThat(rig.champion()).isEqualTo(2);
    rig.serve(BakeLimits.DEFAULT, 1, 2);
    rig.tick();
    assertThat(rig.champion()).isEqualTo(1);
  }

  @Test
  void tick_anotherPromotionMeanwhile_beginsAnew() {
    rig.promote(2);
    rig.failed(2, 100, ErrorReason.INTERNAL);
    rig.tick();
    rig.failed(2, 100, ErrorReason.INTERNAL);
    rig.tick();
    rig.promote(3);
    rig.failed(3, 100, ErrorReason.INTERNAL);
    rig.tick();
    assertThat(rig.champion()).isEqualTo(3);
  }
}
