package dev.millrace.server.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JobIdsTest {
  private final JobIds ids = new JobIds(new Random(1));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1970-01-01T00:00:00Z",
        "2026-11-24T10:15:30.007Z",
        "2026-12-31T23:59:59.999Z",
        "9999-12-31T23:59:59.999Z"
      })
  void next_atAnyTime_isANameThatTellsTheTime(String time) {
    Instant now = Instant.parse(time);
    String id = ids.next(now);

    assertThat(id).matches("j[0-9]{8}-[0-9]{6}-[0-9]{3}-[a-z2-9]{4}");
    assertThat(JobIds.timeOf(id)).isEqualTo(now);
  }

  @Test
  void next_aMillisecondLater_sortsBehind() {
    Instant now = Instant.parse("2026-12-31T23:59:59.999Z");

    assertThat(ids.next(now.plusMillis(1))).isGreaterThan(ids.next(now));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "j1", "mnist-1", "j20261399-101530-000-abcd", "-"})
  void timeOf_anIdMadeElsewhere_isTheEpoch(String id) {
    assertThat(JobIds.timeOf(id)).isEqualTo(Instant.EPOCH);
  }
}
