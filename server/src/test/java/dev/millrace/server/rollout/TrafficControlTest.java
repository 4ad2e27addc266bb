package dev.millrace.server.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.registry.Canary;
import dev.millrace.server.registry.HistoryAction;
import dev.millrace.server.registry.HistoryEvent;
import dev.millrace.server.registry.Registry;
import dev.millrace.server.registry.Shadow;
import dev.millrace.server.registry.Traffic;
import dev.millrace.server.testing.MemoryRegistryStore;
import dev.millrace.server.testing.PuppetClock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class TrafficControlTest {
  private static final ModelName MODEL = new ModelName("m");
  private static final Traffic SPLIT =
      new Traffic(List.of(new Canary(2, 0.1)), Optional.of(new Shadow(3, 0.5)));

  private final PuppetClock clock = new PuppetClock();
  private final Registry registry = new Registry(new MemoryRegistryStore(), clock);
  private final TrafficControl control =
      new TrafficControl(
          registry,
          model -> model.equals(MODEL) ? Set.of(1L, 2L, 3L, 4L) : Set.of(),
          id -> id.number() != 4);

  @Test
  void set_versionsThatThereAre_isWrittenWithBeforeAndAfter() {
    promote(1);
    assertThat(control.set(MODEL, SPLIT, new ChangeOrder("alice", "", "try it")).traffic())
        .isEqualTo(SPLIT);
    control.set(MODEL, Traffic.CHAMPION_ALONE, new ChangeOrder("bob", "2", ""));
    HistoryEvent cleared = registry.history(MODEL, Long.MAX_VALUE, 1).get(0);
    assertThat(cleared.action()).isEqualTo(HistoryAction.TRAFFIC_SET);
    assertThat(cleared.actor()).isEqualTo("bob");
    assertThat(cleared.evidence())
        .containsEntry("before", "version 2: 10.00 %, shadow version 3: 50.00 %")
        .containsEntry("after", "champion alone");
    assertThat(registry.history(MODEL, cleared.sequence(), 1).get(0).reason()).isEqualTo("try it");
  }

  @Test
  void set_unknownModelOrVersion_isNotFound() {
    promote(1);
    assertRefused(new ModelName("n"), "", SPLIT, ErrorReason.MODEL_NOT_FOUND, "'n'");
    Traffic unknown = new Traffic(List.of(new Canary(9, 0.1)), Optional.empty());
    assertRefused(MODEL, "", unknown, ErrorReason.VERSION_NOT_FOUND, "no version 9");
    Traffic deleted = new Traffic(List.of(), Optional.of(new Shadow(4, 1)));
    assertRefused(MODEL, "", deleted, ErrorReason.VERSION_NOT_FOUND, "no version 4");
  }

  @Test
  void set_withoutChampion_saysToPromoteOneFirst() {
    assertRefused(MODEL, "", SPLIT, ErrorReason.TRAFFIC_INVALID, "promote one first");
    assertThat(
            control.set(MODEL, Traffic.CHAMPION_ALONE, new ChangeOrder("alice", "", "")).revision())
        .isZero();
  }

  @Test
  void set_championAsCanaryOrShadow_isInvalid() {
    promote(2);
    assertRefused(MODEL, "", SPLIT, ErrorReason.TRAFFIC_INVALID, "version 2 is the champion");
    promote(3);
    assertRefused(MODEL, "", SPLIT, ErrorReason.TRAFFIC_INVALID, "version 3 is the champion");
  }

  @Test
  void set_staleEtag_isMismatch() {
    promote(1);
    assertRefused(MODEL, "0", SPLIT, ErrorReason.ETAG_MISMATCH, "has changed since");
    assertThat(registry.get(MODEL).traffic()).isEqualTo(Traffic.CHAMPION_ALONE);
  }

  private void promote(long version) {
    registry.change(
        MODEL,
        "",
        record -> record.promoted(version, clock.instant(), clock.instant()),
        before -> HistoryEvent.of(MODEL, "test", HistoryAction.PROMOTED, 0, version, "", Map.of()));
  }

  private void assertRefused(
      ModelName model, String etag, Traffic traffic, ErrorReason reason, String words) {
    assertThatThrownBy(() -> control.set(model, traffic, new ChangeOrder("alice", etag, "")))
        .isInstanceOfSatisfying(
            ServingException.class,
            error -> {
              assertThat(error.reason()).isEqualTo(reason);
              assertThat(error.message()).contains(words);
            });
  }
}
