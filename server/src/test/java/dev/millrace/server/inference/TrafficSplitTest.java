package dev.millrace.server.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.server.model.ModelName;
import dev.millrace.server.registry.Canary;
import dev.millrace.server.registry.Traffic;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TrafficSplitTest {
  private static final ModelName MODEL = new ModelName("m");
  private static final int KEYS = 100_000;
  private static final double PLACE_OF_USER_1 = 0.769197312375113;

  @Test
  void place_ofAKey_isTheSameInEveryProcess() {
    assertThat(TrafficSplit.place(MODEL, "user-1")).isEqualTo(TrafficSplit.place(MODEL, "user-1"));
    assertThat(TrafficSplit.place(MODEL, "user-1")).isEqualTo(PLACE_OF_USER_1, within(1e-12));
    assertThat(TrafficSplit.place(new ModelName("n"), "user-1")).isNotEqualTo(PLACE_OF_USER_1);
  }

  @Test
  void place_ofManyKeys_isSpreadEvenly() {
    int[] tenths = new int[10];
    for (int i = 0; i < KEYS; i++) {
      tenths[(int) (10 * TrafficSplit.place(MODEL, "user-" + i))]++;
    }
    for (int count : tenths) {
      assertThat(count).isBetween(9_700, 10_300);
    }
  }

  @Test
  void canary_ofManyKeys_getsItsShare() {
    Traffic traffic = traffic(0.1, 0.25, 0.3);
    int[] counts = new int[4];
    for (int i = 0; i < KEYS; i++) {
      counts[(int) canary(traffic, i)]++;
    }
    assertThat(counts[1]).isBetween(9_600, 10_400);
    assertThat(counts[2]).isBetween(24_400, 25_600);
    assertThat(counts[3]).isBetween(29_400, 30_600);
  }

  @ParameterizedTest
  @CsvSource({"0.1, 0.2, 0.3, 0.2", "0.1, 0.2, 0.1, 0.7", "0.05, 0, 0.06, 0", "0.5, 0.3, 0.7, 0.3"})
  void canary_oneShareGrows_movesKeysFromTheChampionToItAlone(
      double first, double second, double firstAfter, double secondAfter) {
    Traffic before = traffic(first, second);
    Traffic after = traffic(firstAfter, secondAfter);
    long grown = firstAfter > first ? 1 : 2;
    for (int i = 0; i < KEYS; i++) {
      if (canary(before, i) != canary(after, i)) {
        assertThat(canary(before, i)).isZero();
        assertThat(canary(after, i)).isEqualTo(grown);
      }
    }
  }

  @Test
  void canary_sharesAddUpToAll_leaveNothingToTheChampion() {
    Traffic all = traffic(0.5, 0.3, 0.2);
    for (int i = 0; i < KEYS; i++) {
      assertThat(canary(all, i)).isPositive();
    }
    assertThat(TrafficSplit.canary(Traffic.CHAMPION_ALONE, 0)).isZero();
    assertThat(TrafficSplit.canary(traffic(1), 0.999999)).isEqualTo(1);
  }

  private static long canary(Traffic traffic, int key) {
    return TrafficSplit.canary(traffic, TrafficSplit.place(MODEL, "user-" + key));
  }

  private static Traffic traffic(double... shares) {
    List<Canary> canaries = new ArrayList<>();
    for (int i = 0; i < shares.length; i++) {
      if (shares[i] > 0) {
        canaries.add(new Canary(i + 1, shares[i]));
      }
    }
    return new Traffic(canaries, Optional.empty());
  }
}
