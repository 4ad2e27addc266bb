package dev.millrace.server.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.model.AdmissionSettings;
import dev.millrace.server.model.Deadline;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.Priority;
import dev.millrace.server.model.ServingException;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AdmissionTest {
  private static final AdmissionSettings TIGHT =
      new AdmissionSettings(3, 1000, Duration.ofMillis(100));

  private final Admission admission = new Admission(5000);
  private final Backlog backlog = new Backlog();

  @ParameterizedTest
  @CsvSource({
    "HIGH, 150, true",
    "HIGH, 151, false",
    "NORMAL, 100, true",
    "NORMAL, 101, false",
    "LOW, 50, true",
    "LOW, 51, false"
  })
  void refusal_waitGrows_shedsTheLowFirst(Priority priority, long waitMillis, boolean admitted) {
    assertThat(refusal(priority, 1, 100, waitMillis).isEmpty()).isEqualTo(admitted);
  }

  @ParameterizedTest
  @CsvSource({"2, 100, true", "3, 100, false", "1, 700, true", "1, 900, false"})
  void refusal_modelsQueueHolds1_isBoundInRequestsAndBytes(int pieces, long bytes, boolean in) {
    backlog.queued(work(Priority.NORMAL, 2), 0);
    assertThat(refusal(Priority.NORMAL, pieces, bytes, 0).isEmpty()).isEqualTo(in);
  }

  @ParameterizedTest
  @CsvSource({"LOW, 1, false", "LOW, 0, true", "NORMAL, 1, true", "HIGH, 1, true"})
  void refusal_lowAndTheQueueHalfFull_leavesTheRestToOthers(
      Priority priority, int waiting, boolean admitted) {
    for (int i = 0; i < waiting; i++) {
      backlog.queued(work(Priority.NORMAL, 1), 0);
    }
    assertThat(refusal(priority, 1, 100, 0).isEmpty()).isEqualTo(admitted);
  }

  @Test
  void refusal_serversBytesAreHeldByRuns_isOverload() {
    FakeWork running = work(Priority.NORMAL, 45);
    backlog.queued(running, 0);
    backlog.begun(running, 0);
    assertThat(refusal(Priority.NORMAL, 1, 600, 0)).isPresent();
    backlog.ended(running);
    assertThat(refusal(Priority.NORMAL, 1, 600, 0)).isEmpty();
  }

  @Test
  void refusal_overload_saysWhenToTryAgain() {
    ServingException refusal = refusal(Priority.NORMAL, 1, 100, 400).orElseThrow().error();
    assertThat(refusal.reason()).isEqualTo(ErrorReason.OVERLOADED);
    assertThat(refusal.retryAfter()).contains(Duration.ofMillis(400));
  }

  @Test
  void refusal_eachBound_isNamed() {
    assertThat(refusal(Priority.NORMAL, 1, 100, 400).orElseThrow().why())
        .isEqualTo(ShedReason.WAIT);
    backlog.queued(work(Priority.NORMAL, 2), 0);
    assertThat(refusal(Priority.NORMAL, 3, 100, 0).orElseThrow().why())
        .isEqualTo(ShedReason.MODEL_REQUESTS);
    assertThat(refusal(Priority.NORMAL, 1, 900, 0).orElseThrow().why())
        .isEqualTo(ShedReason.MODEL_BYTES);
  }

  private Optional<Admission.Refusal> refusal(
      Priority priority, int pieces, long bytes, long waitMillis) {
    return admission.refusal(
        work(priority, 1), pieces, bytes, backlog, Duration.ofMillis(waitMillis).toNanos());
  }

  private static FakeWork work(Priority priority, int rows) {
    Lane lane = QueueRig.lane("a", BatchRule.alone(false), TIGHT, QueueRig.MEASURED);
    return new FakeWork("w", lane, rows, priority, Deadline.NONE);
  }
}
