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
}
