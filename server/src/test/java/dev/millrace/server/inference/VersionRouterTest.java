package dev.millrace.server.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.ServingException;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class VersionRouterTest {
  private final RoutingRig rig = new RoutingRig();

  @Test
  void lease_modelWithoutChampion_isTheNewestVersion() {
    rig.serve(1, 2);
    assertThat(rig.ask("m", "")).isEqualTo(2);
    rig.decide(record -> record.withLabel("old", 1));
    assertThat(rig.ask("m", "")).isEqualTo(2);
  }

  @Test
  void lease_modelWithChampion_isTheChampionAlthoughANewerOneIsThere() {
    rig.serve(1, 2).promote(1);
    assertThat(rig.ask("m", "")).isEqualTo(1);
    assertThat(rig.ask("m", "key")).isEqualTo(1);
    assertThat(rig.ask("models/m/versions/2", "")).isEqualTo(2);
  }

  @Test
  void lease_label_isItsVersion() {
    rig.serve(1, 2, 3).promote(3).decide(record -> record.withLabel("old", 1));
    assertThat(rig.ask("models/m/labels/old", "")).isEqualTo(1);
    assertThat(rig.ask("models/m/labels/champion", "")).isEqualTo(3);
    assertThat(rig.registry.resolve(ModelReference.parse("models/m/labels/old")))
        .isEqualTo(ModelReference.parse("models/m/versions/1"));
  }

  @Test
  void lease_labelThatIsNotThere_isLabelNotFound() {
    assertRefused("models/m/labels/old", ErrorReason.MODEL_NOT_FOUND);
    rig.serve(1);
    assertRefused("models/m/labels/old", ErrorReason.LABEL_NOT_FOUND);
    rig.promote(1);
    assertRefused("models/m/labels/old", ErrorReason.LABEL_NOT_FOUND);
  }

  @Test
  void lease_versionNotLoaded_isNotReady() {
    rig.serve(1).promote(2).decide(record -> record.withLabel("next", 7));
    assertRefused("m", ErrorReason.VERSION_NOT_READY);
    assertRefused("models/m/labels/next", ErrorReason.VERSION_NOT_READY);
    assertRefused("models/m/versions/7", ErrorReason.VERSION_NOT_FOUND);
  }

  @Test
  void lease_withoutKey_isDividedByTheDraw() {
    rig.serve(1, 2).promote(1).canary(2, 0.25);
    rig.random = 0.2499;
    assertThat(rig.ask("m", "")).isEqualTo(2);
    rig.random = 0.25;
    assertThat(rig.ask("m", "")).isEqualTo(1);
  }

  @Test
  void lease_withKey_staysWithOneVersionAndFollowsAGrowingShare() {
    rig.serve(1, 2).promote(1).canary(2, 0.3);
    Set<Integer> inCanary = new HashSet<>();
    for (int i = 0; i < 1000; i++) {
      rig.random = i / 1000.0;
      long version = rig.ask("m", "user-" + i);
      assertThat(rig.ask("m", "user-" + i)).isEqualTo(version);
      if (version == 2) {
        inCanary.add(i);
      }
    }
    assertThat(inCanary).hasSizeBetween(250, 350);
    rig.canary(2, 0.6);
    for (int i : inCanary) {
      assertThat(rig.ask("m", "user-" + i)).isEqualTo(2);
    }
  }

  @Test
  void lease_canaryNotLoaded_isTheChampion() {
    rig.serve(1).promote(1).canary(2, 1.0);
    assertThat(rig.ask("m", "")).isEqualTo(1);
    rig.serve(1, 2);
    assertThat(rig.ask("m", "")).isEqualTo(2);
  }

  @Test
  void lease_whileChampionsChangeAndTheOldOnesAreUnloaded_neverFails() throws Exception {
    rig.serve(1, 2).promote(1);
    AtomicBoolean done = new AtomicBoolean();
    CompletableFuture<Void> changes =
        CompletableFuture.runAsync(
            () -> {
              for (int i = 0; i < 2000; i++) {
                long next = 1 + i % 2;
                // One that still drains is loaded anew only after that; only then it is promoted.
                while (!rig.isLoaded(next)) {
                  rig.serve(1, 2);
                }
                rig.promote(next).canary(3 - next, 0.5);
                rig.serve(next);
              }
              done.set(true);
            });
    long asked = 0;
    while (!done.get()) {
      rig.random = asked % 2 == 0 ? 0.25 : 0.75;
      assertThat(rig.ask("m", "")).isIn(1L, 2L);
      asked++;
      if (changes.isCompletedExceptionally()) {
        changes.get();
      }
    }
    assertThat(asked).isGreaterThan(100);
  }

  private void assertRefused(String name, ErrorReason reason) {
    assertThatThrownBy(() -> rig.ask(name, ""))
        .isInstanceOfSatisfying(
            ServingException.class, error -> assertThat(error.reason()).isEqualTo(reason));
  }
}
