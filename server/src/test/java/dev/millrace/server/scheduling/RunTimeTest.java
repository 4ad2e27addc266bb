package dev.millrace.server.scheduling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RunTimeTest {
  private final RunTime runTime = new RunTime(QueueRig.MEASURED);

  @ParameterizedTest
  @CsvSource({"1, 1000000", "4, 2000000", "2, 1333333", "8, 4000000"})
  void nanos_measuredAt1And4_isInterpolatedAndExtended(int rows, long nanos) {
    assertThat(runTime.nanos(rows)).isEqualTo(nanos);
  }

  @Test
  void observe_runsTakeTwiceAsLong_estimateFollows() {
    for (int i = 0; i < 50; i++) {
      runTime.observe(4, 4_000_000);
    }
    assertThat(runTime.nanos(1)).isCloseTo(2_000_000, within(20_000L));
  }

  @Test
  void observe_oneWildRun_movesTheEstimateLittle() {
    runTime.observe(4, 1_000_000_000_000L);
    assertThat(runTime.nanos(4)).isLessThan(4_000_000);
  }

  @Test
  void nanos_nothingMeasured_isZeroUntilARunThatWasNotTheFirst() {
    RunTime unknown = new RunTime(List.of());
    unknown.observe(2, 400_000_000);
    assertThat(unknown.nanos(8)).isZero();
    unknown.observe(2, 500);
    assertThat(unknown.nanos(2)).isEqualTo(500);
  }

  @Test
  void nanos_sizesThatWereSeen_areTheirOwnAndBetween() {
    RunTime seen = seenRuns();
    assertThat(seen.nanos(1)).isEqualTo(1_000_000);
    assertThat(seen.nanos(100)).isEqualTo(3_000_000);
    assertThat(seen.nanos(50)).isBetween(1_900_000L, 2_100_000L);
  }

  @Test
  void nanos_rowsFarBeyondWhatWasSeen_areNotHopelessByExtrapolation() {
    assertThat(seenRuns().nanos(500_000)).isEqualTo(3_000_000);
  }

  @Test
  void nanos_rowsBelowWhatWasSeen_areTheirShare() {
    RunTime large = new RunTime(List.of());
    large.observe(100, 1);
    large.observe(100, 1000);
    assertThat(large.nanos(10)).isEqualTo(100);
  }

  private static RunTime seenRuns() {
    RunTime seen = new RunTime(List.of());
    seen.observe(1, 1);
    seen.observe(1, 1_000_000);
    seen.observe(100, 3_000_000);
    return seen;
  }
}
