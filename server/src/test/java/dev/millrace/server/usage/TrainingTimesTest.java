package dev.millrace.server.usage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.training.TrainingEvent;
import dev.millrace.server.training.TrainingJobState;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

final class TrainingTimesTest {
  private static final TrainingEvent.What KEPT = new TrainingEvent.Checkpointed(1);

  private final TrainingTimes times = new TrainingTimes();
  private long sequence;

  @Test
  void until_jobThatRunsAndPublishes_isTheTimeOfItsRunAlone() {
    assertThat(until(0, to(TrainingJobState.QUEUED))).isZero();
    assertThat(until(10, to(TrainingJobState.RUNNING))).isZero();
    assertThat(until(15, KEPT)).isEqualTo(Duration.ofSeconds(5));
    assertThat(until(18, KEPT)).isEqualTo(Duration.ofSeconds(3));
    assertThat(until(20, to(TrainingJobState.PUBLISHING))).isEqualTo(Duration.ofSeconds(2));
    assertThat(until(30, to(TrainingJobState.SUCCEEDED))).isZero();
  }

  @Test
  void until_processThatDied_countsUpToItsDeath() {
    until(10, to(TrainingJobState.RUNNING));
    assertThat(until(14, TrainingEvent.StateChanged.again(ErrorReason.WORKER_DIED, "")))
        .isEqualTo(Duration.ofSeconds(4));
    assertThat(until(20, to(TrainingJobState.RUNNING))).isZero();
    assertThat(until(21, to(TrainingJobState.CANCELLED))).isEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void until_serverThatDied_countsNotTheTimeUntilItsRestart() {
    until(10, to(TrainingJobState.RUNNING));
    until(12, KEPT);
    assertThat(until(5000, TrainingEvent.StateChanged.again(ErrorReason.SERVER_RESTARTED, "")))
        .isZero();
    until(5001, to(TrainingJobState.RUNNING));
    assertThat(until(9000, TrainingEvent.StateChanged.failed(ErrorReason.SERVER_RESTARTED, "")))
        .isZero();
  }

  @Test
  void until_clockThatLeapsBack_isNothing() {
    until(10, to(TrainingJobState.RUNNING));
    assertThat(until(8, KEPT)).isZero();
    assertThat(until(9, KEPT)).isEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void until_twoJobs_doNotMix() {
    until(10, to(TrainingJobState.RUNNING));
    TrainingEvent other =
        new TrainingEvent(1, Instant.EPOCH.plusSeconds(13), to(TrainingJobState.RUNNING));
    assertThat(times.until("j2", other)).isZero();
    assertThat(until(15, KEPT)).isEqualTo(Duration.ofSeconds(5));
  }

  private static TrainingEvent.What to(TrainingJobState state) {
    return TrainingEvent.StateChanged.to(state);
  }

  private Duration until(long second, TrainingEvent.What what) {
    return times.until(
        "j1", new TrainingEvent(++sequence, Instant.EPOCH.plusSeconds(second), what));
  }
}
