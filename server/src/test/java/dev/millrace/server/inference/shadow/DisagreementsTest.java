package dev.millrace.server.inference.shadow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ShadowSettings;
import dev.millrace.server.tensor.TensorData;
import dev.millrace.server.testing.Floats;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class DisagreementsTest {
  private static final ShadowSettings ALL = new ShadowSettings(1000, true);
  private final Disagreements kept = new Disagreements();

  @Test
  void add_moreBytesThanThereMayBe_dropsTheOldest() {
    for (int i = 0; i < 20; i++) {
      kept.add(of(i, 1 << 20), ALL);
    }
    assertThat(kept.newestFirst()).extracting(Disagreement::primaryVersion).startsWith(19L, 18L);
    assertThat(kept.newestFirst().stream().mapToLong(Disagreement::bytes).sum())
        .isBetween(6L << 20, 8L << 20);
  }

  @Test
  void add_oneTooLarge_isLeftOutAndTheOthersStay() {
    kept.add(of(1, 100), ALL);
    kept.add(of(2, 9 << 20), ALL);
    assertThat(kept.newestFirst()).extracting(Disagreement::primaryVersion).containsExactly(1L);
  }

  @Test
  void add_fewerAreToBeKept_dropsTheOldest() {
    for (int i = 0; i < 10; i++) {
      kept.add(of(i, 100), ALL);
    }
    kept.add(of(10, 100), new ShadowSettings(3, true));
    assertThat(kept.newestFirst())
        .extracting(Disagreement::primaryVersion)
        .containsExactly(10L, 9L, 8L);
  }

  private static Disagreement of(long version, int bytes) {
    Map<String, TensorData> tensors = Map.of("x", Floats.column(new float[bytes / 4]));
    return new Disagreement(
        Instant.EPOCH, new ModelName("m"), "", version, 1, tensors, Map.of(), Map.of());
  }
}
