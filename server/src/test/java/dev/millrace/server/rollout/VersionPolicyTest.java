package dev.millrace.server.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.VersionSettings;
import dev.millrace.server.registry.Canary;
import dev.millrace.server.registry.ModelRecord;
import dev.millrace.server.registry.Shadow;
import dev.millrace.server.registry.Traffic;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class VersionPolicyTest {
  private static final ModelRecord NOTHING = ModelRecord.of(new ModelName("m"));
  private static final SortedSet<Long> WHOLE = new TreeSet<>(List.of(1L, 2L, 3L, 4L, 5L));

  @Test
  void wanted_nothingDecided_areTheNewest() {
    assertThat(wanted(VersionSettings.DEFAULT, NOTHING)).containsExactly(5L);
    assertThat(wanted(latest(3), NOTHING)).containsExactly(3L, 4L, 5L);
    assertThat(wanted(latest(9), NOTHING)).isEqualTo(WHOLE);
  }

  @Test
  void wanted_allOrListed_areThoseThatAreThere() {
    assertThat(wanted(new VersionSettings(VersionSettings.Policy.ALL, 1, List.of()), NOTHING))
        .isEqualTo(WHOLE);
    assertThat(
            wanted(new VersionSettings(VersionSettings.Policy.LIST, 1, List.of(2, 4, 9)), NOTHING))
        .containsExactly(2L, 4L);
  }

  @Test
  void wanted_decidedAbout_areLoadedBesideThePolicys() {
    ModelRecord record =
        NOTHING
            .promoted(1, Instant.EPOCH, Instant.EPOCH)
            .promoted(2, Instant.EPOCH, Instant.EPOCH)
            .withTraffic(new Traffic(List.of(new Canary(3, 0.1)), Optional.of(new Shadow(4, 0.1))));
    assertThat(wanted(VersionSettings.DEFAULT, record)).isEqualTo(WHOLE);
    assertThat(wanted(VersionSettings.DEFAULT, record.baked())).containsExactly(2L, 3L, 4L, 5L);
    assertThat(wanted(VersionSettings.DEFAULT, NOTHING.withPinned(1))).containsExactly(1L, 5L);
    assertThat(wanted(VersionSettings.DEFAULT, NOTHING.withLabel("a", 9))).containsExactly(5L);
  }

  @Test
  void wanted_parked_isNotLoadedAndNoneInItsPlace() {
    assertThat(wanted(VersionSettings.DEFAULT, NOTHING.withParked(5))).isEmpty();
    assertThat(wanted(VersionSettings.DEFAULT, NOTHING.withParked(5).withLabel("a", 5)))
        .containsExactly(5L);
  }

  @Test
  void wanted_summoned_isLoadedEvenIfParked() {
    assertThat(
            VersionPolicy.wanted(WHOLE, VersionSettings.DEFAULT, NOTHING.withParked(2), Set.of(2L)))
        .containsExactly(2L, 5L);
  }

  private static VersionSettings latest(int count) {
    return new VersionSettings(VersionSettings.Policy.LATEST, count, List.of());
  }

  private static Set<Long> wanted(VersionSettings settings, ModelRecord record) {
    return VersionPolicy.wanted(WHOLE, settings, record, Set.of());
  }
}
